-- member: product
-- datasets: events
-- dimensions: country, plan
-- materialised: yes
-- One row per user and product: the day of sign-up and how long until the product's activation
-- event, null when it never came; within how many days it counts. An activation before the sign-up
-- does not count.
with activations as (
    select
        u.product,
        u.user_key,
        min(e.day) as activated_day,
        min(e.time_ms) as activated_ms
    from events as e
    join streams as s on s.source = e.source and s.stream = e.stream
    join products as p on p.product = s.product and p.activation_event = e.event
    join signups as u on u.product = s.product and u.user_key = e.user_key
    where e.time_ms >= u.signed_up_ms
    group by u.product, u.user_key
)

select
    u.product,
    u.user_key,
    u.day,
    u.country,
    u.plan,
    date_diff('day', u.day, a.activated_day) as days_to_activation,
    (a.activated_ms - u.signed_up_ms) / 3600000 as hours_to_activation,
    coalesce(p.activation_days, 7) as activation_days
from signups as u
left join activations as a on a.product = u.product and a.user_key = u.user_key
left join products as p on p.product = u.product
