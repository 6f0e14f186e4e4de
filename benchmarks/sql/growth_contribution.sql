-- Each product's change of MRR over a year, in points of the company's MRR a year earlier.
with ends as (
    select cast(unnest(generate_series(date '2024-01-31', date '2026-11-30', interval 1 month)) as date)
        as month_end
),

held as (
    select product, last_day(month_end) as month_end, sum(amount / interval_months) as mrr
    from subscriptions join streams using (source, stream)
    join ends on start_day <= last_day(month_end) and (end_day is null
        or end_day > last_day(month_end))
    group by all
),

changes as (
    select now.product, now.month_end, now.mrr, before.mrr as before
    from held as now left join held as before
        on before.product = now.product
        and before.month_end = last_day(now.month_end - interval 12 months)
)

select
    product,
    month_end,
    (sum(mrr) - sum(before)) / sum(sum(before)) over (partition by month_end) * 100 as value
from changes group by product, month_end
