-- member: squad
-- datasets: observations
-- dimensions:
-- Figures of a period (a day, a month …) by its first day, as told by the tool that spoke of it last.
-- A KPI names its metric in its filter.
with told as (
    select
        s.squad,
        o.source,
        o.day,
        o.metric,
        o.grain,
        o.value,
        o.unit,
        max(o.observed_at) over (
            partition by s.squad, o.metric, o.day, o.grain, o.source
        ) as told_at
    from observations as o
    join streams as s on s.source = o.source and s.stream = o.stream
    where s.squad is not null and o.dimension = ''
),

ordered as (
    select
        *,
        first_value(source) over (
            partition by squad, metric, day, grain order by told_at desc, source
        ) as latest_source
    from told
)

select
    squad,
    day,
    metric,
    grain,
    value,
    unit
from ordered
where source = latest_source
