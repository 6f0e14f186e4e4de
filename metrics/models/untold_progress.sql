-- member: squad
-- datasets: work_items
-- materialised: yes
-- Days that the first export of a tool that does not say when work started cannot tell of, all but
-- the one before it: what was begun and finished in them left no trace of having been in progress. A
-- tool says so where at least half of the items done before that export have a start, for some are
-- closed without ever being worked on.
with first_exports as (
    select
        source,
        item_id,
        min(observed_day) as observed_day,
        max(case when started_day is null then 0 else 1 end) as tells_start
    from work_item_versions
    group by source, item_id
),

streams_begun as (
    select
        w.source,
        w.stream,
        min(coalesce(w.created_day, w.started_day, w.done_day)) as first_day,
        min(f.observed_day) as first_export_day
    from work_items as w
    join first_exports as f on f.source = w.source and f.item_id = w.item_id
    group by w.source, w.stream
),

told as (
    select
        b.source,
        b.stream,
        b.first_day,
        b.first_export_day,
        sum(case when w.done_day < b.first_export_day then 1 else 0 end) as done_before,
        sum(case when w.done_day < b.first_export_day then f.tells_start else 0 end) as done_telling,
        max(f.tells_start) as any_telling
    from streams_begun as b
    join work_items as w on w.source = b.source and w.stream = b.stream
    join first_exports as f on f.source = w.source and f.item_id = w.item_id
    group by b.source, b.stream, b.first_day, b.first_export_day
)

select
    s.squad,
    t.first_day as start_day,
    t.first_export_day - 1 as end_day
from told as t
join streams as s on s.source = t.source and s.stream = t.stream
where
    s.squad is not null
    and t.first_day < t.first_export_day - 1
    and (2 * t.done_telling < t.done_before or t.any_telling = 0)
