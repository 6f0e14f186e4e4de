-- member: product
-- datasets: observations
-- dimensions:
-- Figures of a period (a day, a month …) by its first day. A KPI names its metric in its filter.
select
    s.product,
    o.day,
    o.metric,
    o.grain,
    o.value,
    o.unit
from observations as o
join streams as s on s.source = o.source and s.stream = o.stream
where s.product is not null and o.dimension = ''
