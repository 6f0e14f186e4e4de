-- Users of any feature divided by active users, per week, per product and for the company.
select
    product,
    date_trunc('week', day) as week,
    count(distinct user_key) filter (feature is not null) / count(distinct user_key) as value
from events join streams using (source, stream)
where user_key is not null
group by grouping sets ((1, 2), (2))
