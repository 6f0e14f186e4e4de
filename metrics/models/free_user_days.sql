-- member: product
-- datasets: events
-- dimensions: version
-- materialised: yes
-- Days on which a user was active on the free plan of a product that declares its qualifying usage,
-- and whether they had reached it by then. The newest version of a product's rule holds.
with ranked as (
    select
        s.product,
        q.version,
        q.event,
        q.least_count,
        lower(q.free_plan) as free_plan,
        row_number() over (partition by s.product order by q.version desc, q.source) as place
    from qualifying_usage as q
    join streams as s on s.source = q.source and s.stream = q.stream
    where s.product is not null
),

rules as (
    select
        product,
        version,
        event,
        least_count,
        free_plan
    from ranked
    where place = 1
),

uses as (
    select
        r.product,
        e.user_key,
        e.day,
        count(*) as use_count
    from events as e
    join streams as s on s.source = e.source and s.stream = e.stream
    join rules as r on r.product = s.product and r.event = e.event
    where e.user_key is not null
    group by r.product, e.user_key, e.day
),

running as (
    select
        product,
        user_key,
        day,
        sum(use_count) over (
            partition by product, user_key order by day
            rows between unbounded preceding and current row
        ) as uses_so_far
    from uses
),

reached as (
    select
        u.product,
        u.user_key,
        min(u.day) as reached_day
    from running as u
    join rules as r on r.product = u.product
    where u.uses_so_far >= r.least_count
    group by u.product, u.user_key
)

select
    a.product,
    a.user_key,
    a.day,
    r.version,
    max(case when q.reached_day <= a.day then 1 else 0 end) as is_qualified
from activity_days as a
join rules as r on r.product = a.product and r.free_plan = lower(a.plan)
left join reached as q on q.product = a.product and q.user_key = a.user_key
group by a.product, a.user_key, a.day, r.version
