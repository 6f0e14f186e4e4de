-- member: product
-- datasets: events
-- dimensions: country, plan, platform
-- materialised: yes
-- Sessions by the day on which they began, with at least one event that makes a user active. The
-- tool's own where it recorded any for the product that day, else stretches of events of one user
-- without a pause of more than 30 minutes.
with naming as (
    select distinct product from qualifying_events
),

used as (
    select
        s.product,
        e.source,
        e.user_key,
        e.day,
        e.time_ms,
        e.session,
        e.country,
        e.plan,
        e.platform,
        case when n.product is null or q.event is not null then 1 else 0 end as qualifies
    from events as e
    join streams as s on s.source = e.source and s.stream = e.stream
    left join naming as n on n.product = s.product
    left join qualifying_events as q on q.product = s.product and q.event = e.event
    where s.product is not null and e.user_key is not null
),

recorded_days as (
    select distinct product, day from used where session is not null
),

untold as (
    select
        u.product,
        u.user_key,
        u.day,
        u.time_ms,
        u.country,
        u.plan,
        u.platform,
        u.qualifies,
        lag(u.time_ms) over (
            partition by u.product, u.user_key order by u.time_ms
        ) as previous_ms
    from used as u
    left join recorded_days as r on r.product = u.product and r.day = u.day
    where r.product is null
),

stretches as (
    select
        product,
        user_key,
        day,
        country,
        plan,
        platform,
        qualifies,
        sum(case when previous_ms is null or time_ms - previous_ms > 1800000 then 1 else 0 end)
            over (
                partition by product, user_key
                order by time_ms
                rows between unbounded preceding and current row
            ) as session_number
    from untold
),

sessions as (
    select
        product,
        min(day) as day,
        min(country) as country,
        min(plan) as plan,
        min(platform) as platform,
        max(qualifies) as qualifies
    from used
    where session is not null
    group by product, source, user_key, session
    union all
    select
        product,
        min(day) as day,
        min(country) as country,
        min(plan) as plan,
        min(platform) as platform,
        max(qualifies) as qualifies
    from stretches
    group by product, user_key, session_number
)

select
    product,
    day,
    country,
    plan,
    platform,
    count(*) as session_count
from sessions
where qualifies = 1
group by product, day, country, plan, platform
