-- member: squad
-- datasets: work_items
-- dimensions: type
-- materialised: yes
-- Days on which an item was started and not finished; end_day is the day it was done or dropped.
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
    w.source,
    w.item_id,
    w.type,
    t.started_day as start_day,
    case
        when w.status_category = 'done' then w.done_day
        when w.status_category <> 'doing' then w.category_changed_day
    end as end_day
from work_items as w
join streams as s on s.source = w.source and s.stream = w.stream
join starts as t on t.source = w.source and t.item_id = w.item_id
where
    s.squad is not null
    and t.started_day is not null
    and (w.status_category = 'doing' or w.category_changed_day is not null or w.done_day is not null)
