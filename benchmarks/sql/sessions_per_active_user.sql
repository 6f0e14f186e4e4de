-- Sessions (the tool's, else parted by 30 minutes of silence) per active user, per week.
with marked as (
    select
        product,
        user_key,
        day,
        session,
        session is null and coalesce(
            time - lag(time) over (partition by product, user_key order by time)
            > interval 30 minutes, true
        ) as begins
    from events join streams using (source, stream)
    where user_key is not null
),

per_day as (
    select
        product, user_key, day, count(distinct session) + count(*) filter (begins) as sessions
    from marked group by all
)

select
    product,
    date_trunc('week', day) as week,
    sum(sessions) / count(distinct user_key) as value
from per_day group by grouping sets ((1, 2), (2))
