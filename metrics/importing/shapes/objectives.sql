with dated as (
    select *, coalesce(start_day, period_start(period, period_order())) as first_day
    from typed
)
select record,
    coalesce(problem, case
        when first_day is null then 'period:unreadable_value'
        when end_day < first_day then 'end_day:ends_before_start'
    end) as problem,
    cast(null as varchar) as skip,
    objective, coalesce(stream, '') as stream, owner, first_day as period_start,
    coalesce(end_day, period_end(first_day, period_grain(period))) as period_end
from dated
