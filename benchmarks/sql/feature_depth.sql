-- Uses of features divided by their users, per week.
select
    product,
    date_trunc('week', day) as week,
    count(*) / count(distinct user_key) as value
from events join streams using (source, stream)
where user_key is not null and feature is not null
group by grouping sets ((1, 2), (2))
