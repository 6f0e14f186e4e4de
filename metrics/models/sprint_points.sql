-- member: squad
-- datasets: work_items, initiatives
-- dimensions: sprint
-- materialised: yes
-- Items done within a sprint that they were in, and whether they served an objective: their parent,
-- or its own, is the work of an initiative of the squad that is tied to one. `day` is the sprint's
-- last day; an item without points counts one.
with squad_sprints as (
    select distinct
        s.squad,
        p.sprint,
        p.start_day,
        p.end_day
    from sprints as p
    join streams as s on s.source = p.source and s.stream = p.stream
    where s.squad is not null
),

served as (
    select distinct
        s.squad,
        lower(i.work) as work
    from initiatives as i
    join streams as s on s.source = i.source and s.stream = i.squad_stream
    where i.work is not null and i.objective is not null
),

done_items as (
    select
        p.squad,
        p.sprint,
        p.end_day,
        w.source,
        w.item_id,
        w.parent,
        coalesce(w.points, 1) as points,
        row_number() over (
            partition by p.squad, w.source, w.item_id order by p.end_day, p.sprint
        ) as place
    from work_items as w
    join streams as s on s.source = w.source and s.stream = w.stream
    join work_item_sprints as m
        on m.source = w.source and m.item_id = w.item_id and m.observed_at = w.observed_at
    join squad_sprints as p on p.squad = s.squad and p.sprint = m.sprint
    where
        w.status_category = 'done'
        and w.done_day >= p.start_day
        and w.done_day <= p.end_day
)

select
    d.squad,
    d.sprint,
    d.end_day as day,
    d.item_id,
    d.points,
    case
        when own.work is not null or titled.work is not null or above.work is not null then d.points
        else 0
    end as points_for_objectives
from done_items as d
left join work_items as p on p.source = d.source and p.item_id = d.parent
left join served as own on own.squad = d.squad and own.work = lower(d.parent)
left join served as titled on titled.squad = d.squad and titled.work = lower(p.title)
left join served as above on above.squad = d.squad and above.work = lower(p.parent)
where d.place = 1
