-- Free users who had reached the product's qualifying usage by a day of the month on which they were
-- active, divided by the free users active in the month; each product's newest rule holds.
with rules as (
    select product, event, least_count, lower(free_plan) as free_plan
    from qualifying_usage join streams using (source, stream)
    qualify row_number() over (partition by product order by version desc, source) = 1
),

marked as (
    select
        e.product,
        user_key,
        day,
        lower(plan) = free_plan as is_free,
        e.event = r.event as counts,
        least_count
    from (select * from events join streams using (source, stream)) as e
    join rules as r on r.product = e.product
    where user_key is not null
),

reached as (
    select product, user_key, day as reached_day from marked where counts
    qualify row_number() over (partition by product, user_key order by day) = least_count
),

free as (
    select product, user_key, date_trunc('month', day) as month, max(day) as last_day
    from marked where is_free group by all
)

select
    product,
    month,
    count(distinct user_key) filter (reached_day <= last_day) / count(distinct user_key) as value
from free left join reached using (product, user_key)
group by grouping sets ((1, 2), (2))
