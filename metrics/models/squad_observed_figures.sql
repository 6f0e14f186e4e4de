-- member: squad
-- datasets: observations
-- dimensions:
-- Figures of a period (a day, a month …) by its first day. A KPI names its metric in its filter.
select
    s.squad,
    o.day,
    o.metric,
    o.grain,
    o.value,
    o.unit
from observations as o
join streams as s on s.source = o.source and s.stream = o.stream
where s.squad is not null and o.dimension = ''
