-- member: squad
-- datasets: work_items
-- dimensions: type
-- materialised: yes
-- Work items done. Work started when the tool says so, else on the day of the export before the one
-- that first shows the item begun, where these two are at most four days apart (an export each
-- working day); without either, cycle_days is null and never lead time under another name.
with versions as (
    select
        source,
        item_id,
        status_category,
        started_day,
        category_changed_day,
        observed_day,
        lag(observed_day) over (
            partition by source, item_id order by observed_at
        ) as previous_observed_day,
        sum(case when status_category in ('doing', 'done') then 1 else 0 end) over (
            partition by source, item_id order by observed_at
            rows between unbounded preceding and current row
        ) as times_begun
    from work_item_versions
),

starts as (
    select
        source,
        item_id,
        coalesce(
            min(coalesce(
                started_day, case when status_category = 'doing' then category_changed_day end
            )),
            min(case
                when
                    times_begun = 1
                    and status_category in ('doing', 'done')
                    and date_diff('day', previous_observed_day, observed_day) <= 4
                    then previous_observed_day
            end)
        ) as started_day
    from versions
    group by source, item_id
)

select
    s.squad,
    w.done_day as day,
    w.type,
    w.item_id,
    w.points,
    date_diff('day', w.created_day, w.done_day) as lead_days,
    case
        when t.started_day <= w.done_day then date_diff('day', t.started_day, w.done_day)
    end as cycle_days
from work_items as w
join streams as s on s.source = w.source and s.stream = w.stream
left join starts as t on t.source = w.source and t.item_id = w.item_id
where s.squad is not null and w.status_category = 'done' and w.done_day is not null
