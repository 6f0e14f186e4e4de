-- member: product
-- datasets: events
-- dimensions: country, plan, platform
-- materialised: yes
-- One row per user, product, day and way of use: the base of every count of users.
select
    s.product,
    e.user_key,
    e.day,
    e.country,
    e.plan,
    e.platform,
    count(*) as event_count
from events as e
join streams as s on s.source = e.source and s.stream = e.stream
where s.product is not null and e.user_key is not null
group by s.product, e.user_key, e.day, e.country, e.plan, e.platform
