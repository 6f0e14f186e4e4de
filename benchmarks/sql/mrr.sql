-- Monthly recurring revenue, per product and for the company, at each week's end.
with ends as (
    select cast(unnest(generate_series(date '2024-01-07', date '2026-12-27', interval 7 days)) as date)
        as week_end
),

held as (
    select product, account_key, week_end, sum(amount / interval_months) as mrr
    from subscriptions join streams using (source, stream)
    join ends on start_day <= week_end and (end_day is null or end_day > week_end)
    group by all
)

select product, week_end, sum(mrr) as value
from held group by grouping sets ((1, 2), (2))
