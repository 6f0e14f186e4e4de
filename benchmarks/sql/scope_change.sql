-- Points that came into sprints or left them after their start over the points committed, per squad
-- and for the company, by the week in which sprints ended; only sprints whose commitment is known.
with held as (
    select distinct squad, sprint, start_day, end_day from sprints join streams using (source, stream)
    where squad is not null
),

exports as (
    select squad, source, stream, item_id, observed_at, observed_day, status_category, done_day,
        sprints,
        coalesce(points, 1) as points
    from work_item_versions join streams using (source, stream)
    where squad is not null
),

-- Each export from a day before a sprint's start to a day after its end.
seen as (
    select h.squad, h.sprint, h.start_day, h.end_day, e.source, e.item_id, e.observed_at,
        e.observed_day, e.points, e.status_category = 'cancelled' as dropped,
        list_contains(e.sprints, h.sprint) as inside,
        exists (
            select 1 from held as later
            where later.squad = h.squad and later.start_day > h.start_day
                and list_contains(e.sprints, later.sprint)
        ) as moved_on
    from held as h join exports as e
        on e.squad = h.squad and e.observed_day between h.start_day - 1 and h.end_day + 1
    where e.status_category <> 'done' or e.done_day >= h.start_day
),

nearest as (
    select h.squad, h.sprint, h.start_day, e.source, e.item_id, e.points, e.observed_day,
        list_contains(e.sprints, h.sprint) and e.status_category <> 'cancelled'
            and (e.status_category <> 'done' or e.done_day >= h.start_day) as inside,
        min(e.observed_day) over (
            partition by h.squad, h.sprint, e.source, e.stream
        ) <= h.start_day as by_then
    from held as h join exports as e
        on e.squad = h.squad and abs(e.observed_day - h.start_day) <= 1
    qualify row_number() over (
        partition by h.squad, h.sprint, e.source, e.item_id
        order by abs(e.observed_day - h.start_day), e.observed_at
    ) = 1
),

committed as (
    select squad, sprint, source, item_id, points
    from nearest
    where inside and not (by_then and observed_day > start_day)
),

added as (
    select squad, sprint, arg_min(points, observed_at) as points
    from seen anti join committed using (squad, sprint, source, item_id)
    where inside and not dropped
    group by squad, sprint, source, item_id
),

last_seen as (
    select squad, sprint, source, item_id,
        arg_max(dropped or (not inside and (observed_day <= end_day or not moved_on)), observed_at)
            as gone
    from seen group by all
),

moved as (
    select squad, sprint, points, 0 as committed from added
    where (squad, sprint) in (select (squad, sprint) from committed)
    union all
    select squad, sprint, case when gone then points else 0 end, points
    from committed join last_seen using (squad, sprint, source, item_id)
)

select squad, cast(date_trunc('week', end_day) as date) as week,
    sum(points) / sum(committed) as value
from moved join held using (squad, sprint)
group by grouping sets ((1, 2), (2))
