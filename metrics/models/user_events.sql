-- member: product
-- datasets: events
-- dimensions: event, feature, session, platform, country, plan
-- Every event of a product as it happened, for questions about the order of what users do.
select
    s.product,
    e.user_key,
    e.account_key,
    e.time,
    e.day,
    e.event,
    e.feature,
    e.session,
    e.platform,
    e.country,
    e.plan
from events as e
join streams as s on s.source = e.source and s.stream = e.stream
where s.product is not null
