-- member: squad
-- datasets: work_items
-- dimensions: type
-- materialised: yes
-- Days on which an item was ready to be taken into a sprint: in the tool's own "ready" status, or
-- estimated and with acceptance criteria. Known from a squad's first export on, and only of squads
-- that say what is ready: a row of no points stands for those days.
with judged as (
    select
        squad,
        type,
        points,
        observed_day,
        start_day,
        end_day,
        case
            when status_category <> 'todo' then 0
            when lower(status) like 'ready%' or lower(status) like 'prêt%' then 1
            when has_criteria and points is not null then 1
            else 0
        end as ready
    from item_states
),

known as (
    select
        squad,
        min(observed_day) as first_day,
        max(ready) as says_ready
    from judged
    group by squad
)

select
    j.squad,
    j.type,
    coalesce(j.points, 1) as points,
    greatest(j.start_day, k.first_day) as start_day,
    j.end_day
from judged as j
join known as k on k.squad = j.squad
where j.ready = 1
union all
select
    squad,
    cast(null as varchar) as type,
    0 as points,
    first_day as start_day,
    cast(null as date) as end_day
from known
where says_ready = 1
