-- Sessions that began in the week (the tool's, where it told any of the product that day; else parted
-- by more than 30 minutes of silence), divided by its active users.
with used as (
    select
        product,
        source,
        user_key,
        day,
        time,
        session,
        count(session) over (partition by product, day) > 0 as told
    from events join streams using (source, stream)
    where user_key is not null and product is not null
),

begun as (
    select product, min(day) as day from used where session is not null
    group by product, source, user_key, session
    union all
    select product, day from used where not told
    qualify coalesce(
        time - lag(time) over (partition by product, user_key order by time)
        > interval 30 minutes, true
    )
),

sessions as (
    select product, date_trunc('week', day) as week, count(*) as sessions
    from begun group by grouping sets ((1, 2), (2))
),

active as (
    select product, date_trunc('week', day) as week, count(distinct user_key) as users
    from used group by grouping sets ((1, 2), (2))
)

select a.product, a.week, sessions / users as value
from active as a
join sessions as s on s.week = a.week and s.product is not distinct from a.product
