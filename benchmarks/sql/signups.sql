-- Users who signed up in the week, per product and for the company.
with signups as (
    select s.product, user_key, min(day) as day
    from events join streams as s using (source, stream)
    join products as p on p.product = s.product and event = signup_event
    where user_key is not null
    group by all
)

select product, date_trunc('week', day) as week, count(distinct user_key) as users
from signups group by grouping sets ((1, 2), (2))
