-- Users active in the week and in the one before, per product and for the company.
with weeks as (
    select distinct product, user_key, cast(date_trunc('week', day) as date) as week
    from events join streams using (source, stream)
    where user_key is not null
    union
    select distinct null, user_key, cast(date_trunc('week', day) as date)
    from events where user_key is not null
)

select now.product, now.week, count(*) as users
from weeks as now join weeks as before
    on before.product is not distinct from now.product and before.user_key = now.user_key
    and before.week = now.week - 7
group by 1, 2
