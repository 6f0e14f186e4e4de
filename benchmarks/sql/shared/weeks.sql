-- The ends of weeks, each with the end of the week before.
ends as (
    select day as period_end, day - 7 as previous_end
    from (
        select
            cast(unnest(generate_series(date '2024-01-07', date '2026-12-27', interval 7 days)) as date)
                as day
    )
)
