-- Of those who signed up in the week, who activated and came back on another day within 14 days.
with signups as (
    select s.product, user_key, min(time) as entered
    from events join streams as s using (source, stream)
    join products as p on p.product = s.product and event = signup_event
    where user_key is not null
    group by all
),

second as (
    select u.product, u.user_key, u.entered, min(e.time) as time
    from events as e join streams as s using (source, stream)
    join products as p on p.product = s.product and event = activation_event
    join signups as u on u.product = s.product and u.user_key = e.user_key
    where e.time between u.entered and u.entered + interval 14 days
    group by all
),

third as (
    select distinct b.product, b.user_key
    from events as e join streams as s using (source, stream)
    join second as b on b.product = s.product and b.user_key = e.user_key
    where e.time > b.time and e.time <= b.entered + interval 14 days
)

select
    u.product,
    date_trunc('week', u.entered) as week,
    count(t.user_key) / count(*) as value
from signups as u left join third as t using (product, user_key)
group by grouping sets ((1, 2), (2))
