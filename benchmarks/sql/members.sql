-- People in squads, each once, per squad and for the company, at each month's end.
with ends as (
    select last_day(cast(unnest(generate_series(date '2024-01-01', date '2026-12-01', interval 1 month))
        as date)) as month_end
)

select squad, month_end, count(distinct person) as value
from squad_members join ends on start_day <= month_end and (end_day is null or end_day > month_end)
group by grouping sets ((1, 2), (2))
