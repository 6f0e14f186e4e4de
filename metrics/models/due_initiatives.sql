-- member: squad
-- datasets: initiatives
-- dimensions: moscow
-- Initiatives by the first due date that an export showed or states: moving a date does not make it
-- on time. One that was dropped before that day was never due.
with promises as (
    select
        source,
        initiative_id,
        coalesce(first_due_day, due_day) as promised_day,
        row_number() over (partition by source, initiative_id order by observed_at) as place
    from initiative_versions
    where coalesce(first_due_day, due_day) is not null
),

dropped as (
    select
        source,
        initiative_id,
        min(observed_day) as dropped_day
    from initiative_versions
    where state = 'dropped'
    group by source, initiative_id
)

select
    s.squad,
    p.promised_day as day,
    i.initiative_id,
    i.moscow,
    case when i.shipped_day <= p.promised_day then 1 else 0 end as on_time
from initiatives as i
join streams as s on s.source = i.source and s.stream = i.squad_stream
join promises as p on p.source = i.source and p.initiative_id = i.initiative_id and p.place = 1
left join dropped as d on d.source = i.source and d.initiative_id = i.initiative_id
where s.squad is not null and (d.dropped_day is null or d.dropped_day > p.promised_day)
