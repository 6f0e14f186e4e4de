-- The key results of products that run at the end of each month, as their newest export tells them.
ends as (
    select last_day(cast(unnest(generate_series(date '2024-01-01', date '2026-12-01', interval 1 month))
        as date)) as month_end
),

running as (
    select product, k.source, key_result, period_start, period_end, start_value, target_value, kpi,
        month_end
    from key_results as k join streams using (source, stream)
    join ends on month_end between period_start and period_end
    where product is not null
)
