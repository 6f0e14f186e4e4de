-- member: squad
-- datasets: work_items
-- references: sprints
-- dimensions: sprint
-- materialised: yes
-- One row a sprint: the points done in it, whenever they were taken in; items without points count
-- as one. From its last day until the next sprint's, `median_points` is the median of the squad's
-- last six sprints.
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

done_items as (
    select
        p.squad,
        p.sprint,
        p.end_day,
        coalesce(w.points, 1) as points
    from squad_sprints as p
    join streams as s on s.squad = p.squad
    join work_items as w on w.source = s.source and w.stream = s.stream
    join work_item_sprints as m
        on m.source = w.source and m.item_id = w.item_id and m.observed_at = w.observed_at
        and m.sprint = p.sprint
    where
        w.status_category = 'done' and w.done_day >= p.start_day and w.done_day <= p.end_day
),

totals as (
    select
        p.squad,
        p.sprint,
        p.end_day,
        coalesce(sum(d.points), 0) as points
    from squad_sprints as p
    left join done_items as d
        on d.squad = p.squad and d.sprint = p.sprint and d.end_day = p.end_day
    group by p.squad, p.sprint, p.end_day
),

ordered as (
    select
        squad,
        sprint,
        end_day,
        cast(points as double) as points,
        row_number() over (partition by squad order by end_day, sprint) as place,
        lead(end_day) over (partition by squad order by end_day, sprint) as next_end_day
    from totals
),

medians as (
    select
        o.squad,
        o.place,
        quantile_cont(b.points, 0.5) as median_points
    from ordered as o
    join ordered as b on b.squad = o.squad and b.place <= o.place and b.place > o.place - 6
    group by o.squad, o.place
)

select
    o.squad,
    o.sprint,
    o.end_day as day,
    o.points,
    m.median_points,
    o.end_day as start_day,
    o.next_end_day as end_day
from ordered as o
join medians as m on m.squad = o.squad and m.place = o.place
