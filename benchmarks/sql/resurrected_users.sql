-- Users active in the week and at some time before, but not the week before.
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
        lag(week) over (partition by product, user_key order by week) as previous
    from weeks
)

select product, week, count(*) as users from neighbours where previous < week - 7 group by 1, 2
