-- member: product
-- datasets: initiatives
-- dimensions: moscow, origin_kind
-- Initiatives by the day on which they shipped, with where they came from: feedback, a lost deal or
-- a discovery, as the roadmap says or as a discovery names what it led to.
with led as (
    select distinct
        s.product,
        lower(d.initiative) as initiative
    from discoveries as d
    join streams as s on s.source = d.source and s.stream = d.stream
    where d.initiative is not null
)

select
    s.product,
    i.shipped_day as day,
    i.initiative_id,
    i.target_kpi,
    i.objective,
    i.moscow,
    i.origin_kind,
    case
        when i.origin_kind in ('feedback', 'loss', 'discovery') then 1
        when by_id.initiative is not null or by_title.initiative is not null then 1
        else 0
    end as from_market
from initiatives as i
join streams as s on s.source = i.source and s.stream = i.stream
left join led as by_id on by_id.product = s.product and by_id.initiative = lower(i.initiative_id)
left join led as by_title on by_title.product = s.product and by_title.initiative = lower(i.title)
where
    s.product is not null
    and i.state = 'shipped'
    and i.shipped_day is not null
    and i.shipped_day <= i.observed_day
