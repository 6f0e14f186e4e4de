-- Users who signed up in the week, per product and for the company: as the export of users says, of
-- products without one by their first sign-up event.
with exported as (
    select product, user_key, min(signed_up_day) as day
    from users join streams using (source, stream)
    where product is not null
    group by all
),

seen as (
    select s.product, user_key, min(day) as day
    from events join streams as s using (source, stream)
    join products as p on p.product = s.product and event = signup_event
    where user_key is not null and s.product not in (select product from exported)
    group by all
),

signups as (from exported union all from seen)

select product, date_trunc('week', day) as week, count(distinct user_key) as users
from signups group by grouping sets ((1, 2), (2))
