-- member: product
-- datasets: events
-- dimensions: country, plan
-- materialised: yes
-- One row per user and product: the day of sign-up and the days until the product's activation
-- event, null when it never came. An activation before the sign-up does not count.
with signups as (
    select
        s.product,
        e.user_key,
        min(e.time) as signed_up_at,
        min(e.day) as day,
        min(e.country) as country,
        min(e.plan) as plan
    from events as e
    join streams as s on s.source = e.source and s.stream = e.stream
    join products as p on p.product = s.product and p.signup_event = e.event
    where e.user_key is not null
    group by s.product, e.user_key
),

activations as (
    select
        u.product,
        u.user_key,
        min(e.day) as activated_day
    from events as e
    join streams as s on s.source = e.source and s.stream = e.stream
    join products as p on p.product = s.product and p.activation_event = e.event
    join signups as u on u.product = s.product and u.user_key = e.user_key
    where e.time >= u.signed_up_at
    group by u.product, u.user_key
)

select
    u.product,
    u.user_key,
    u.day,
    u.country,
    u.plan,
    date_diff('day', u.day, a.activated_day) as days_to_activation
from signups as u
left join activations as a on a.product = u.product and a.user_key = u.user_key
