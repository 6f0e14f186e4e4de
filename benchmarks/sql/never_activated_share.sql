-- Share of each week's sign-ups that did not do the activation event within 7 days, per product.
with signups as (
    select s.product, user_key, min(time) as signed_up_at, min(day) as day
    from events join streams as s using (source, stream)
    join products as p on p.product = s.product and event = signup_event
    where user_key is not null
    group by all
),

activations as (
    select u.product, u.user_key, min(e.day) as day
    from events as e join streams as s using (source, stream)
    join products as p on p.product = s.product and event = activation_event
    join signups as u on u.product = s.product and u.user_key = e.user_key
    where e.time >= signed_up_at
    group by all
)

select
    product,
    date_trunc('week', u.day) as week,
    1 - count(*) filter (a.day - u.day <= 7) / count(*) as value
from signups as u left join activations as a using (product, user_key)
group by grouping sets ((1, 2), (2))
