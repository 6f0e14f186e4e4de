-- member: product
-- datasets:
-- dimensions: role
-- Spans without anyone in a role for a product (vacant = 1), from the first day on which somebody
-- held it; end_day is the first day no longer, null while it lasts. One row of vacant = 0 from that
-- first day on says since when it is known: before it, the role's absence is no vacancy.
with holdings as (
    select
        product,
        role,
        start_day,
        coalesce(end_day, cast('9999-12-31' as date)) as end_day
    from product_roles
),

ordered as (
    select
        product,
        role,
        start_day,
        end_day,
        max(end_day) over (
            partition by product, role order by start_day, end_day
            rows between unbounded preceding and 1 preceding
        ) as held_until
    from holdings
),

spans as (
    select
        product,
        role,
        held_until as start_day,
        start_day as end_day,
        1 as vacant
    from ordered
    where held_until < start_day
    union all
    select
        product,
        role,
        max(end_day) as start_day,
        cast(null as date) as end_day,
        1 as vacant
    from ordered
    group by product, role
    having max(end_day) < cast('9999-12-31' as date)
    union all
    select
        product,
        role,
        min(start_day) as start_day,
        cast(null as date) as end_day,
        0 as vacant
    from ordered
    group by product, role
)

select
    product,
    role,
    start_day,
    end_day,
    vacant
from spans
