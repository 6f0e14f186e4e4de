-- member: squad
-- datasets: work_items
-- references: sprints
-- dimensions: sprint
-- materialised: yes
-- One row per item committed to a sprint: what an export taken within a day of the sprint's start
-- shows in it and not done. Work added later is absent. `day` is the sprint's last day.
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

candidates as (
    select
        p.squad,
        p.sprint,
        p.start_day,
        p.end_day,
        v.source,
        v.item_id,
        coalesce(v.points, 1) as points,
        row_number() over (
            partition by p.squad, p.sprint, v.source, v.item_id
            order by abs(date_diff('day', p.start_day, v.observed_day)), v.observed_at
        ) as nearness
    from squad_sprints as p
    join streams as s on s.squad = p.squad
    join work_item_versions as v on v.source = s.source and v.stream = s.stream
    join work_item_sprints as m
        on m.source = v.source and m.item_id = v.item_id and m.observed_at = v.observed_at
        and m.sprint = p.sprint
    where
        abs(date_diff('day', p.start_day, v.observed_day)) <= 1
        and (v.status_category <> 'done' or v.done_day >= p.start_day)
        and v.status_category <> 'cancelled'
)

select
    c.squad,
    c.sprint,
    c.end_day as day,
    c.source,
    c.item_id,
    c.points,
    case
        when w.status_category = 'done' and w.done_day >= c.start_day and w.done_day <= c.end_day
            then c.points
        else 0
    end as points_done
from candidates as c
join work_items as w on w.source = c.source and w.item_id = c.item_id
where c.nearness = 1
