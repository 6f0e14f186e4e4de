-- Points done in sprints under an initiative tied to an objective over all points done in them, per
-- squad and for the company, by the week in which sprints ended. An initiative's work is the parent
-- of an item, by its key or its title, or the parent's parent.
with held as (
    select distinct squad, sprint, start_day, end_day from sprints join streams using (source, stream)
    where squad is not null
),

finished as (
    select squad, source, item_id, parent, done_day, coalesce(points, 1) as points,
        unnest(sprints) as sprint
    from work_items join streams using (source, stream)
    where status_category = 'done'
),

done as (
    select squad, source, item_id, parent, points, min(end_day) as end_day
    from finished join held using (squad, sprint)
    where done_day between start_day and end_day
    group by all
),

goals as (
    select distinct squad, lower(work) as work
    from initiatives as i join streams as s on s.source = i.source and s.stream = i.squad_stream
    where work is not null and objective is not null
)

select d.squad, cast(date_trunc('week', d.end_day) as date) as week,
    coalesce(sum(d.points) filter (exists (
        select 1 from goals as g
        where g.squad = d.squad and g.work in (lower(d.parent), lower(p.title), lower(p.parent))
    )), 0) / sum(d.points) as value
from done as d
left join work_items as p on p.source = d.source and p.item_id = d.parent
group by grouping sets ((1, 2), (2))
