-- New, retained, resurrected and churned users per week, per product and for the company.
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
)

select product, week, 'new' as movement, count(*) filter (previous is null) as users
from neighbours group by 1, 2
union all
select product, week, 'retained', count(*) filter (previous = week - 7) from neighbours group by 1, 2
union all
select product, week, 'resurrected', count(*) filter (previous < week - 7)
from neighbours group by 1, 2
union all
select product, week + 7, 'churned', count(*) filter (following is distinct from week + 7)
from neighbours group by 1, 2
