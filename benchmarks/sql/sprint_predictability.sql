-- Points committed at a sprint's start and done by its end over the points committed, per squad and
-- for the company, by the week in which sprints ended. The commitment is what the export nearest the
-- start, at most a day away, shows in the sprint and not done.
with held as (
    select distinct squad, sprint, start_day, end_day from sprints join streams using (source, stream)
    where squad is not null
),

shown as (
    select squad, source, item_id, observed_at, observed_day, status_category, done_day,
        coalesce(points, 1) as points, unnest(sprints) as sprint
    from work_item_versions join streams using (source, stream)
),

committed as (
    select squad, sprint, start_day, end_day, source, item_id, points
    from held join shown using (squad, sprint)
    where abs(observed_day - start_day) <= 1 and status_category <> 'cancelled'
        and (status_category <> 'done' or done_day >= start_day)
    qualify row_number() over (
        partition by squad, sprint, source, item_id
        order by abs(observed_day - start_day), observed_at
    ) = 1
)

select c.squad, cast(date_trunc('week', c.end_day) as date) as week,
    coalesce(sum(c.points) filter (
        w.status_category = 'done' and w.done_day between c.start_day and c.end_day
    ), 0) / sum(c.points) as value
from committed as c join work_items as w using (source, item_id)
group by grouping sets ((1, 2), (2))
