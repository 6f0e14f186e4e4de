-- What was heard from users of a product since a day, and the initiative that it led to, which a
-- discovery names by its id or by its title.
select
    d.source,
    d.discovery_id,
    d.day,
    d.kind,
    d.people_heard,
    d.insight,
    coalesce(by_id.title, by_title.title, d.initiative) as initiative,
    coalesce(by_id.state, by_title.state) as state
from discoveries as d
join streams as s on s.source = d.source and s.stream = d.stream
left join initiatives as by_id on lower(by_id.initiative_id) = lower(d.initiative)
left join initiatives as by_title
    on by_id.initiative_id is null and lower(by_title.title) = lower(d.initiative)
where s.product = $product and d.day >= $since and d.day <= $until
order by d.day desc, d.discovery_id
