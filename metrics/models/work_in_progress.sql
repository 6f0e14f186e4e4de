-- member: squad
-- datasets: work_items
-- dimensions: type
-- materialised: yes
-- untold: untold_progress
-- Days on which an item was in progress, one row each time it was; end_day is the day it was done,
-- dropped or put back. What an export first shows has held since the day on which the tool says that
-- the item moved, else since the export before it; what the first export of an item shows in progress
-- was so since it was written, or since the day before the tool's very first export, and begun_day, from
-- which its age counts, is unknown. Where no export showed it in progress, the tool's own days of
-- start and end tell.
with versions as (
    select
        source,
        item_id,
        status_category,
        created_day,
        started_day,
        category_changed_day,
        done_day,
        observed_at,
        observed_day,
        min(observed_day) over (partition by source, stream) - 1 as told_from_day,
        lag(observed_day) over (
            partition by source, item_id order by observed_at
        ) as previous_observed_day,
        lag(status_category) over (
            partition by source, item_id order by observed_at
        ) as previous_category
    from work_item_versions
),

dated as (
    select
        *,
        case when status_category = 'doing' then coalesce(started_day, category_changed_day) end
            as told_start_day,
        case
            when previous_observed_day is null then null
            when
                status_category = 'doing'
                and started_day >= previous_observed_day
                and started_day <= observed_day
                then started_day
            when
                category_changed_day > previous_observed_day
                and category_changed_day <= observed_day
                then category_changed_day
            else previous_observed_day
        end as moved_day,
        case
            when status_category = 'done' then coalesce(done_day, category_changed_day)
            else category_changed_day
        end as left_day
    from versions
),

states as (
    select
        *,
        sum(case when status_category = 'doing' and previous_category = 'doing' then 0 else 1 end) over (
            partition by source, item_id order by observed_at
            rows between unbounded preceding and current row
        ) as state,
        case
            when status_category = 'done' then coalesce(done_day, moved_day)
            else moved_day
        end as since_day
    from dated
),

ends as (
    select
        *,
        lead(state) over (partition by source, item_id order by observed_at) as next_state,
        lead(since_day) over (partition by source, item_id order by observed_at) as next_since_day
    from states
),

runs as (
    select
        source,
        item_id,
        case
            when max(case when previous_observed_day is null then 1 else 0 end) = 1
                then coalesce(min(told_start_day), min(
                    greatest(coalesce(created_day, told_from_day), told_from_day)
                ))
            else min(case when coalesce(previous_category, '') <> 'doing' then moved_day end)
        end as start_day,
        case
            when max(case when previous_observed_day is null then 1 else 0 end) = 1
                then min(told_start_day)
            else min(case when coalesce(previous_category, '') <> 'doing' then moved_day end)
        end as begun_day,
        max(case when next_state > state then next_since_day end) as end_day
    from ends
    where status_category = 'doing'
    group by source, item_id, state
    union all
    select
        source,
        item_id,
        started_day as start_day,
        started_day as begun_day,
        left_day as end_day
    from ends
    where
        status_category <> 'doing'
        and coalesce(previous_category, '') <> 'doing'
        and left_day is not null
        and (previous_observed_day is null or started_day >= previous_observed_day)
)

select
    s.squad,
    w.source,
    w.item_id,
    w.type,
    r.start_day,
    r.begun_day,
    r.end_day
from runs as r
join work_items as w on w.source = r.source and w.item_id = r.item_id
join streams as s on s.source = w.source and s.stream = w.stream
where s.squad is not null and r.start_day is not null and coalesce(r.end_day >= r.start_day, true)
