-- Distinct users of the trailing 28 days at each week's end, per product and for the company.
with active as (
    select distinct product, user_key, day
    from events join streams using (source, stream)
    where user_key is not null
),

ends as (select distinct cast(date_trunc('week', day) as date) + 6 as week_end from active)

select product, week_end, count(distinct user_key) as users
from active join ends on day between week_end - 27 and week_end
group by grouping sets ((1, 2), (2))
