-- Points done in a sprint that had them, per squad, by the week in which the sprint ended.
with items as (
    select squad, item_id, source, unnest(sprints) as sprint, done_day, coalesce(points, 1) as points
    from work_items join streams using (source, stream)
    where status_category = 'done' and squad is not null
),

held as (
    select distinct squad, sprint, start_day, end_day from sprints join streams using (source, stream)
    where squad is not null
)

select squad, date_trunc('week', end_day) as week,
    coalesce(sum(points) filter (done_day between start_day and end_day), 0) as value
from held left join items using (squad, sprint)
group by 1, 2
