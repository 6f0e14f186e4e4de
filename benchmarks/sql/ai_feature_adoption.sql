-- Users of features that begin with "ai" divided by active users, per week.
select
    product,
    date_trunc('week', day) as week,
    count(distinct user_key) filter (lower(feature) like 'ai%') / count(distinct user_key) as value
from events join streams using (source, stream)
where user_key is not null
group by grouping sets ((1, 2), (2))
