-- Shipped initiatives that came from the market over all, per product and company, by quarter.
with led as (
    select distinct product, lower(initiative) as initiative
    from discoveries join streams using (source, stream)
    where initiative is not null
)

select product, date_trunc('quarter', shipped_day) as quarter,
    avg(case when origin_kind in ('feedback', 'loss', 'discovery')
        or (product, lower(initiative_id)) in (select product, initiative from led)
        or (product, lower(title)) in (select product, initiative from led) then 1.0 else 0 end) as value
from initiatives join streams using (source, stream)
where state = 'shipped' and shipped_day <= observed_day and product is not null
group by grouping sets ((1, 2), (2))
