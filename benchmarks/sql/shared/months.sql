-- The ends of months, each with the end of the month before.
ends as (
    select last_day(day) as period_end, day - 1 as previous_end
    from (
        select
            cast(unnest(generate_series(date '2024-01-01', date '2026-12-01', interval 1 month)) as date)
                as day
    )
)
