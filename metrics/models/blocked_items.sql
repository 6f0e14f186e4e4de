-- member: squad
-- datasets: work_items
-- dimensions: type
-- materialised: yes
-- untold: untold_progress
-- Days on which an item in progress waited for an item of another squad: from the export that first
-- shows the link (see item_states) until what it waits for is finished. One row an item at a time.
with others as (
    select
        w.source,
        w.item_id,
        s.squad,
        case
            when w.status_category in ('done', 'cancelled')
                then coalesce(w.done_day, w.category_changed_day, w.created_day)
            else cast('9999-12-31' as date)
        end as finished_day
    from work_items as w
    join streams as s on s.source = w.source and s.stream = w.stream
    where s.squad is not null
),

waiting as (
    select
        i.squad,
        i.source,
        i.item_id,
        i.type,
        i.start_day,
        coalesce(i.end_day, cast('9999-12-31' as date)) as end_day,
        max(o.finished_day) as finished_day
    from item_states as i
    join work_item_blockers as b
        on b.source = i.source and b.item_id = i.item_id and b.observed_at = i.observed_at
    join others as o on o.source = b.source and o.item_id = b.blocker and o.squad <> i.squad
    group by
        i.squad, i.source, i.item_id, i.type, i.start_day,
        coalesce(i.end_day, cast('9999-12-31' as date))
)

select
    w.squad,
    w.item_id,
    w.type,
    greatest(w.start_day, p.start_day) as start_day,
    least(
        w.end_day, w.finished_day, coalesce(p.end_day, cast('9999-12-31' as date))
    ) as end_day
from waiting as w
join work_in_progress as p
    on p.squad = w.squad and p.source = w.source and p.item_id = w.item_id
