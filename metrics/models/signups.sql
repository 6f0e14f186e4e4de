-- member: product
-- datasets: users else events
-- dimensions: country, plan
-- materialised: yes
-- One row per user and product: when they signed up. A product that exports its users says so; of
-- any other it is the first sign-up event.
with exporting as (
    select distinct s.product
    from users as u
    join streams as s on s.source = u.source and s.stream = u.stream
    where s.product is not null
)

select
    s.product,
    u.user_key,
    min(u.signed_up_ms) as signed_up_ms,
    min(u.signed_up_day) as day,
    min(u.country) as country,
    min(u.plan) as plan
from users as u
join streams as s on s.source = u.source and s.stream = u.stream
where s.product is not null
group by s.product, u.user_key
union all
select
    s.product,
    e.user_key,
    min(e.time_ms) as signed_up_ms,
    min(e.day) as day,
    min(e.country) as country,
    min(e.plan) as plan
from events as e
join streams as s on s.source = e.source and s.stream = e.stream
join products as p on p.product = s.product and p.signup_event = e.event
left join exporting as x on x.product = s.product
where e.user_key is not null and x.product is null
group by s.product, e.user_key
