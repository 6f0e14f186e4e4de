-- Median age in days of the tickets not yet resolved, per product and company, at each week's end.
with ends as (
    select cast(unnest(generate_series(date '2024-01-07', date '2026-12-27', interval 7 days)) as date)
        as week_end
),

waiting as (
    select product, week_end, week_end - day as age
    from feedback join streams using (source, stream)
    join ends on day <= week_end and (resolved_day is null or resolved_day > week_end)
    where product is not null and kind = 'ticket' and (status = 'open' or resolved_day is not null)
)

select product, week_end, median(age) as value from waiting group by grouping sets ((1, 2), (2))
