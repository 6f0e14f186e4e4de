-- Points committed at a sprint's start and done by its end over the points committed, per squad and
-- for the company, by the week in which sprints ended. The commitment is what the export nearest the
-- start, at most a day away, shows in the sprint and not done.
with held as (
    select distinct squad, sprint, start_day, end_day from sprints join streams using (source, stream)
    where squad is not null
),

-- Each item's export nearest the start, and whether its project was exported by then.
nearest as (
    select squad, sprint, start_day, end_day, source, item_id, status_category, done_day, sprints,
        coalesce(points, 1) as points, observed_day,
        min(observed_day) over (partition by squad, sprint, source, stream) <= start_day as by_then
    from held join (
        select * from work_item_versions join streams using (source, stream)
    ) as shown using (squad)
    where abs(observed_day - start_day) <= 1
    qualify row_number() over (
        partition by squad, sprint, source, item_id
        order by abs(observed_day - start_day), observed_at
    ) = 1
),

committed as (
    select * from nearest
    where list_contains(sprints, sprint) and status_category <> 'cancelled'
        and (status_category <> 'done' or done_day >= start_day)
        and not (by_then and observed_day > start_day)
)

select c.squad, cast(date_trunc('week', c.end_day) as date) as week,
    coalesce(sum(c.points) filter (
        w.status_category = 'done' and w.done_day between c.start_day and c.end_day
    ), 0) / sum(c.points) as value
from committed as c join work_items as w using (source, item_id)
group by grouping sets ((1, 2), (2))
