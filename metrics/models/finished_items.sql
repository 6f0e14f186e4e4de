-- member: squad
-- datasets: work_items
-- dimensions: type
-- materialised: yes
-- Work items done. Work started when the tool says so, else when a dated export first showed the
-- item in progress; without either, cycle_days is null and never lead time under another name.
with starts as (
    select
        source,
        item_id,
        min(coalesce(
            started_day, case when status_category = 'doing' then category_changed_day end
        )) as started_day
    from work_item_versions
    group by source, item_id
)

select
    s.squad,
    w.done_day as day,
    w.type,
    w.item_id,
    w.points,
    date_diff('day', w.created_day, w.done_day) as lead_days,
    case
        when t.started_day <= w.done_day then date_diff('day', t.started_day, w.done_day)
    end as cycle_days
from work_items as w
join streams as s on s.source = w.source and s.stream = w.stream
left join starts as t on t.source = w.source and t.item_id = w.item_id
where s.squad is not null and w.status_category = 'done' and w.done_day is not null
