-- Initiatives shipped by the first due date that was ever told, over those due, per squad and company,
-- by the quarter of that date; what was dropped before it was never due.
with promised as (
    select
        source,
        initiative_id,
        arg_min(coalesce(first_due_day, due_day), observed_at)
            filter (coalesce(first_due_day, due_day) is not null) as due,
        min(observed_day) filter (state = 'dropped') as dropped
    from initiative_versions group by all
)

select
    s.squad,
    date_trunc('quarter', due) as quarter,
    count(*) filter (shipped_day <= due) / count(*) as value
from initiatives as i
join streams as s on s.source = i.source and s.stream = i.squad_stream
join promised as p on p.source = i.source and p.initiative_id = i.initiative_id
where s.squad is not null and due is not null and (dropped is null or dropped > due)
group by grouping sets ((1, 2), (2))
