-- Weekly active users per product and for the company, straight from events.
select product, date_trunc('week', day) as week, count(distinct user_key) as users
from events join streams using (source, stream)
where user_key is not null
group by grouping sets ((1, 2), (2))
