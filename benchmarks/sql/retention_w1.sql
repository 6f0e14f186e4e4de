-- Share of each first-activity cohort active again a week later.
with weeks as (
    select distinct product, user_key, cast(date_trunc('week', day) as date) as week
    from events join streams using (source, stream)
    where user_key is not null
    union
    select distinct null, user_key, cast(date_trunc('week', day) as date)
    from events where user_key is not null
),

firsts as (select product, user_key, min(week) as cohort from weeks group by all)

select
    f.product,
    cohort as week,
    count(*) filter (w.week is not null) / count(*) as value
from firsts as f
left join weeks as w
    on w.product is not distinct from f.product and w.user_key = f.user_key
    and w.week = f.cohort + 7
group by 1, 2
