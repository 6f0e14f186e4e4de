-- member: squad
-- datasets: work_items
-- references: sprints
-- dimensions: sprint
-- materialised: yes
-- One row per item committed to a sprint: what the export nearest to the sprint's start, of those
-- taken within a day of it, shows in it and not done. Work added later is absent, and so is what an
-- export of the day before or of the start did not hold yet. `day` is the sprint's last day.
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

shown as (
    select
        p.squad,
        p.sprint,
        p.start_day,
        p.end_day,
        v.source,
        v.item_id,
        v.observed_at,
        v.observed_day,
        v.status_category,
        v.done_day,
        coalesce(v.points, 1) as points,
        row_number() over (
            partition by p.squad, p.sprint, v.source, v.item_id
            order by abs(date_diff('day', p.start_day, v.observed_day)), v.observed_at
        ) as nearness,
        min(v.observed_day) over (
            partition by p.squad, p.sprint, v.source, v.stream
        ) as first_observed_day
    from squad_sprints as p
    join streams as s on s.squad = p.squad
    join work_item_versions as v on v.source = s.source and v.stream = s.stream
    where abs(date_diff('day', p.start_day, v.observed_day)) <= 1
),

candidates as (
    select
        v.squad,
        v.sprint,
        v.start_day,
        v.end_day,
        v.source,
        v.item_id,
        v.points
    from shown as v
    join work_item_sprints as m
        on m.source = v.source and m.item_id = v.item_id and m.observed_at = v.observed_at
        and m.sprint = v.sprint
    where
        v.nearness = 1
        and (v.observed_day <= v.start_day or v.first_observed_day > v.start_day)
        and (v.status_category <> 'done' or v.done_day >= v.start_day)
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
