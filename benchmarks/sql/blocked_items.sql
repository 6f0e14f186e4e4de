-- Items in progress that waited for an unfinished item of another squad, per squad and for the
-- company, at each week's end.
with ends as (
    select cast(unnest(generate_series(date '2024-01-07', date '2026-12-27', interval 7 days)) as date)
        as week_end
),

-- What an export first shows holds since the day on which the tool says that the item moved on, else
-- since the export before, or since the item was written.
shown as (
    select source, item_id, stream, blocked_by, observed_at,
        case
            when lag(observed_day) over exports is null then created_day
            when status_category <> lag(status_category) over exports
                and category_changed_day > lag(observed_day) over exports
                and category_changed_day <= observed_day then category_changed_day
            else lag(observed_day) over exports
        end as since
    from work_item_versions
    window exports as (partition by source, item_id order by observed_at)
),

links as (
    select source, item_id, stream, since, until, unnest(blocked_by) as blocker
    from (
        select *, lead(since, 1, date '9999-12-31') over (
            partition by source, item_id order by observed_at
        ) as until
        from shown
    )
),

others as (
    select source, item_id as blocker, squad as other_squad,
        case when status_category in ('done', 'cancelled')
            then coalesce(done_day, category_changed_day, created_day)
        else date '9999-12-31' end as finished
    from work_items join streams using (source, stream)
    where squad is not null
),

starts as (
    select source, item_id,
        min(coalesce(started_day, case when status_category = 'doing' then category_changed_day end))
            as start_day
    from work_item_versions group by all
),

in_progress as (
    select source, item_id, start_day,
        coalesce(case when status_category = 'done' then done_day
            when status_category <> 'doing' then category_changed_day end, date '9999-12-31')
            as end_day
    from work_items join starts using (source, item_id)
    where start_day is not null
        and (status_category = 'doing' or category_changed_day is not null or done_day is not null)
)

select squad, week_end, count(distinct (source, item_id)) as value
from links
join streams using (source, stream)
join others using (source, blocker)
join in_progress using (source, item_id)
join ends on week_end >= since and week_end < until and week_end < finished
    and week_end >= start_day and week_end < end_day
where other_squad <> squad
group by grouping sets ((1, 2), (2))
