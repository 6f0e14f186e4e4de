-- member: product
-- datasets: events
-- dimensions: feature, country, plan, platform
-- materialised: yes
select
    s.product,
    e.user_key,
    e.day,
    e.feature,
    e.country,
    e.plan,
    e.platform,
    count(*) as use_count
from events as e
join streams as s on s.source = e.source and s.stream = e.stream
where s.product is not null and e.user_key is not null and e.feature is not null
group by s.product, e.user_key, e.day, e.feature, e.country, e.plan, e.platform
