-- Grams of carbon observed over monthly active users, per product and for the company.
with emitted as (
    select product, date_trunc('month', day) as month, sum(value) as grams
    from observations join streams using (source, stream)
    where product is not null and metric = 'carbon_grams'
    group by grouping sets ((1, 2), (2))
),

active as (
    select product, date_trunc('month', day) as month, count(distinct user_key) as users
    from events join streams using (source, stream)
    where user_key is not null
    group by grouping sets ((1, 2), (2))
)

select e.product, e.month, grams / users as value
from emitted as e
join active as a on a.month = e.month and a.product is not distinct from e.product
