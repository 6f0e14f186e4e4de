-- member: squad
-- datasets: work_items
-- dimensions: type
-- materialised: yes
-- What dated exports showed of each item, as spans of days. What an export first shows has held since
-- the day on which the tool says that the item moved on, else since the export before it, or since
-- the item was written. end_day is the first day no longer.
with versions as (
    select
        source,
        item_id,
        stream,
        type,
        status,
        status_category,
        points,
        has_criteria,
        created_day,
        category_changed_day,
        observed_at,
        observed_day,
        lag(observed_day) over (
            partition by source, item_id order by observed_at
        ) as previous_observed_day,
        lag(status_category) over (
            partition by source, item_id order by observed_at
        ) as previous_category
    from work_item_versions
),

begun as (
    select
        *,
        case
            when previous_observed_day is null then created_day
            when
                previous_category <> status_category
                and category_changed_day > previous_observed_day
                and category_changed_day <= observed_day
                then category_changed_day
            else previous_observed_day
        end as start_day
    from versions
),

spans as (
    select
        *,
        lead(start_day) over (
            partition by source, item_id order by observed_at
        ) as end_day
    from begun
)

select
    s.squad,
    v.source,
    v.item_id,
    v.type,
    v.status,
    v.status_category,
    v.points,
    v.has_criteria,
    v.observed_at,
    v.observed_day,
    v.start_day,
    v.end_day
from spans as v
join streams as s on s.source = v.source and s.stream = v.stream
where s.squad is not null
