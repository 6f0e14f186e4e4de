-- Items started and not finished, per squad and for the company, at each week's end (of items that never go back).
with ends as (
    select cast(unnest(generate_series(date '2024-01-07', date '2026-12-27', interval 7 days)) as date)
        as week_end
),

starts as (
    select source, item_id,
        min(coalesce(started_day, case when status_category = 'doing' then category_changed_day end))
            as start_day
    from work_item_versions group by all
),

spans as (
    select squad, start_day,
        case when status_category = 'done' then done_day
            when status_category <> 'doing' then category_changed_day end as end_day
    from work_items join streams using (source, stream) join starts using (source, item_id)
    where squad is not null and start_day is not null
        and (status_category = 'doing' or category_changed_day is not null or done_day is not null)
)

select squad, week_end, count(*) as value
from spans join ends on start_day <= week_end and (end_day is null or end_day > week_end)
group by grouping sets ((1, 2), (2))
