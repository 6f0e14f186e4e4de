-- after: weeks, held_mrr
-- MRR of the week before of what PMs and POs hold now less that of what they held then, week by week.
with owned as (
    select distinct role || ':' || person as owner, product, period_end
    from product_roles join ends
        on start_day <= period_end and (end_day is null or end_day > period_end)
),

before as (
    select product, period_end, sum(mrr) as mrr from held group by all
),

moved as (
    select owner, e.period_end, mrr
    from owned join ends as e using (period_end)
    join before as b on b.product = owned.product and b.period_end = e.previous_end
    union all
    select owner, e.period_end, -mrr
    from owned join ends as e on e.previous_end = owned.period_end
    join before as b on b.product = owned.product and b.period_end = e.previous_end
)

select owner, period_end as week_end, sum(mrr) as value
from moved group by all
