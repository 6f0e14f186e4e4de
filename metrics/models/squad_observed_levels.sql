-- member: squad
-- datasets: observations
-- dimensions:
-- Figures that hold from the day on which they were observed to the next time: end_day is that day.
-- A KPI names its metric in its filter.
select
    s.squad,
    o.day as start_day,
    lead(o.day) over (
        partition by o.source, o.stream, o.metric order by o.day
    ) as end_day,
    o.metric,
    o.grain,
    o.value,
    o.unit
from observations as o
join streams as s on s.source = o.source and s.stream = o.stream
where s.squad is not null and o.dimension = ''
