-- Users active in the week before and not in this one.
with weeks as (
    select distinct product, user_key, cast(date_trunc('week', day) as date) as week
    from events join streams using (source, stream)
    where user_key is not null
    union
    select distinct null, user_key, cast(date_trunc('week', day) as date)
    from events where user_key is not null
),

neighbours as (
    select
        product,
        week,
        lead(week) over (partition by product, user_key order by week) as following
    from weeks
)

select product, week + 7 as week, count(*) as users
from neighbours where following is distinct from week + 7 group by 1, 2
