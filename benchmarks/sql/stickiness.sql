-- Mean daily users over 28 days divided by the distinct users of those days, at each week's end.
with active as (
    select distinct product, user_key, day
    from events join streams using (source, stream)
    where user_key is not null
),

ends as (select distinct cast(date_trunc('week', day) as date) + 6 as week_end from active)

select product, week_end, count(distinct (user_key, day)) / 28.0 / count(distinct user_key) as value
from active join ends on day between week_end - 27 and week_end
group by grouping sets ((1, 2), (2))
