-- Days of the week without a PM, or without a PO, of each product that had one before, per product
-- and company.
with days as (
    select cast(unnest(generate_series(date '2024-01-01', date '2026-12-27', interval 1 day)) as date)
        as day
),

roles as (
    select product, role, min(start_day) as since from product_roles group by all
),

empty as (
    select r.product, day
    from roles as r join days on day >= since
    where not exists (
        select 1 from product_roles as h
        where h.product = r.product and h.role = r.role
            and h.start_day <= day and (h.end_day is null or h.end_day > day)
    )
)

select product, date_trunc('week', day) as week, count(*) as value
from empty group by grouping sets ((1, 2), (2))
