-- member: product
-- datasets: events
-- dimensions: country, plan, platform
-- materialised: yes
-- One row per user, product, day and way of use: the base of every count of users. A product that
-- names the events which make a user active counts those; any other counts them all.
with naming as (
    select distinct product from qualifying_events
)

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
left join naming as n on n.product = s.product
left join qualifying_events as q on q.product = s.product and q.event = e.event
where
    s.product is not null
    and e.user_key is not null
    and (n.product is null or q.event is not null)
group by s.product, e.user_key, e.day, e.country, e.plan, e.platform
