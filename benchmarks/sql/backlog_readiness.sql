-- Ready points over the median velocity of the squad's last six sprints, per squad, at each week's
-- end; of squads that ever said that something is ready, from their first export on.
with ends as (
    select cast(unnest(generate_series(date '2024-01-07', date '2026-12-27', interval 7 days)) as date)
        as week_end
),

-- What an export first shows holds since the day on which the tool says that the item moved on, else
-- since the export before, or since the item was written.
shown as (
    select source, item_id, stream, status, status_category, points, has_criteria, observed_at,
        observed_day,
        case
            when lag(observed_day) over exports is null then created_day
            when status_category <> lag(status_category) over exports
                and category_changed_day > lag(observed_day) over exports
                and category_changed_day <= observed_day then category_changed_day
            else lag(observed_day) over exports
        end as since
    from work_item_versions
    window exports as (partition by source, item_id order by observed_at)
),

states as (
    select squad, source, item_id, coalesce(points, 1) as points, observed_day, since,
        lead(since, 1, date '9999-12-31') over (partition by source, item_id order by observed_at)
            as until,
        status_category = 'todo' and (
            status ilike 'ready%' or status ilike 'prêt%'
            or (has_criteria and points is not null)
        ) as is_ready
    from shown join streams using (source, stream)
    where squad is not null
),

known as (
    select squad, min(observed_day) as first_day from states group by squad
    having bool_or(is_ready)
),

ready as (
    select squad, week_end,
        coalesce(sum(points) filter (is_ready and since <= week_end and until > week_end), 0)
            as points
    from known join ends on week_end >= first_day join states using (squad)
    group by all
),

held as (
    select distinct squad, sprint, start_day, end_day from sprints join streams using (source, stream)
    where squad is not null
),

finished as (
    select squad, done_day, coalesce(points, 1) as points, unnest(sprints) as sprint
    from work_items join streams using (source, stream)
    where status_category = 'done'
),

velocities as (
    select squad, sprint, end_day,
        coalesce(sum(points) filter (done_day between start_day and end_day), 0) as points
    from held left join finished using (squad, sprint)
    group by all
),

usual as (
    select squad, end_day, sprint,
        median(cast(points as double)) over (
            partition by squad order by end_day, sprint rows between 5 preceding and current row
        ) as points
    from velocities
)

select r.squad, r.week_end, any_value(r.points) / nullif(arg_max(u.points, (u.end_day, u.sprint)), 0)
        as value
from ready as r join usual as u on u.squad = r.squad and u.end_day <= r.week_end
group by r.squad, r.week_end
