-- New and returned users divided by lost ones, per week.
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
        lag(week) over (partition by product, user_key order by week) as previous,
        lead(week) over (partition by product, user_key order by week) as following
    from weeks
),

moves as (
    select product, week, 1 as gained, 0 as lost
    from neighbours where previous is distinct from week - 7
    union all
    select product, week + 7, 0, 1 from neighbours where following is distinct from week + 7
)

select product, week, sum(gained) / nullif(sum(lost), 0) as value from moves group by 1, 2
