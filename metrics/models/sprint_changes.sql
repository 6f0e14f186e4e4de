-- member: squad
-- datasets: work_items
-- references: sprints
-- dimensions: sprint
-- materialised: yes
-- What came into a sprint or left it after its start, of sprints whose commitment is known (see
-- sprint_commitments). An item is added when an export up to the day after the end shows it in the sprint.
-- An item is removed when the last such export shows it cancelled or out of the sprint; once the
-- sprint is over, an item that went on to the next one was carried over, not removed.
-- `day` is the sprint's last day.
with known_sprints as (
    select distinct squad, sprint from sprint_commitments
),

all_sprints as (
    select distinct
        s.squad,
        p.sprint,
        p.start_day,
        p.end_day
    from sprints as p
    join streams as s on s.source = p.source and s.stream = p.stream
    where s.squad is not null
),

squad_sprints as (
    select
        a.squad,
        a.sprint,
        a.start_day,
        a.end_day
    from all_sprints as a
    join known_sprints as k on k.squad = a.squad and k.sprint = a.sprint
),

memberships as (
    select
        s.squad,
        v.source,
        v.item_id,
        v.observed_at,
        p.sprint,
        p.start_day
    from work_item_versions as v
    join streams as s on s.source = v.source and s.stream = v.stream
    join work_item_sprints as m
        on m.source = v.source and m.item_id = v.item_id and m.observed_at = v.observed_at
    join all_sprints as p on p.squad = s.squad and p.sprint = m.sprint
),

latest_sprints as (
    select
        squad,
        source,
        item_id,
        observed_at,
        max(start_day) as start_day
    from memberships
    group by squad, source, item_id, observed_at
),

seen as (
    select
        p.squad,
        p.sprint,
        p.start_day,
        p.end_day,
        v.source,
        v.item_id,
        v.observed_day,
        v.status_category,
        coalesce(v.points, 1) as points,
        case when m.sprint is not null then 1 else 0 end as inside,
        case when l.start_day > p.start_day then 1 else 0 end as carried_over,
        row_number() over (
            partition by p.squad, p.sprint, v.source, v.item_id order by v.observed_at
        ) as place,
        row_number() over (
            partition by p.squad, p.sprint, v.source, v.item_id order by v.observed_at desc
        ) as recency
    from squad_sprints as p
    join streams as s on s.squad = p.squad
    join work_item_versions as v on v.source = s.source and v.stream = s.stream
    left join memberships as m
        on m.squad = p.squad and m.sprint = p.sprint and m.source = v.source
        and m.item_id = v.item_id and m.observed_at = v.observed_at
    left join latest_sprints as l
        on l.squad = p.squad and l.source = v.source and l.item_id = v.item_id
        and l.observed_at = v.observed_at
    where
        date_diff('day', p.start_day, v.observed_day) >= -1
        and date_diff('day', p.end_day, v.observed_day) <= 1
        and (v.status_category <> 'done' or v.done_day >= p.start_day)
),

entries as (
    select
        squad,
        sprint,
        end_day,
        source,
        item_id,
        points,
        row_number() over (
            partition by squad, sprint, source, item_id order by place
        ) as entry
    from seen
    where inside = 1 and status_category <> 'cancelled'
)

select
    e.squad,
    e.sprint,
    e.end_day as day,
    e.item_id,
    'added' as change,
    e.points
from entries as e
left join sprint_commitments as c
    on c.squad = e.squad and c.sprint = e.sprint and c.source = e.source
    and c.item_id = e.item_id
where e.entry = 1 and c.item_id is null
union all
select
    c.squad,
    c.sprint,
    c.day,
    c.item_id,
    'removed' as change,
    c.points
from sprint_commitments as c
join seen as s
    on s.squad = c.squad and s.sprint = c.sprint and s.source = c.source
    and s.item_id = c.item_id
where
    s.recency = 1
    and (
        s.status_category = 'cancelled'
        or (s.inside = 0 and (s.observed_day <= s.end_day or s.carried_over = 0))
    )
