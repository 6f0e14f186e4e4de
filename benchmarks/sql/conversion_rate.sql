-- Of those who took the first step of their product's declared funnel in the week, who reached the
-- last one in order within 14 days of it; every start counts as a try, each user once. Funnels of two
-- or three steps.
with funnels as (
    select
        product,
        max(event) filter (step = 1) as first,
        max(event) filter (step = 2) as second,
        max(event) filter (step = 3) as third
    from funnel_steps group by product having max(step) <= 3
),

visits as (
    select e.product, user_key, time, day, event, first, second, third
    from (select * from events join streams using (source, stream)) as e
    join funnels as f on f.product = e.product and event in (first, second, third)
    where user_key is not null
),

starts as (
    select product, user_key, time, day, second, third from visits where event = first
),

seconds as (
    select s.product, s.user_key, s.time, s.third, min(v.time) as second_at
    from starts as s
    join visits as v on v.product = s.product and v.user_key = s.user_key and v.event = s.second
    where v.time between s.time and s.time + interval 14 days
    group by all
),

converted as (
    select distinct product, user_key, time from seconds where third is null
    union
    select distinct s.product, s.user_key, s.time
    from seconds as s
    join visits as v on v.product = s.product and v.user_key = s.user_key and v.event = s.third
    where v.time between s.second_at and s.time + interval 14 days
),

tries as (
    select
        s.product,
        s.user_key,
        date_trunc('week', s.day) as week,
        bool_or(c.time is not null) as reached
    from starts as s left join converted as c using (product, user_key, time)
    group by all
)

select product, week, count(*) filter (reached) / count(*) as value
from tries group by grouping sets ((1, 2), (2))
