with dated as (
    select *,
        coalesce(start_day, period_start(period, period_order())) as first_day,
        coalesce(
            case when period is not null
                then period_end(period_start(period, period_order()), period_grain(period)) end,
            end_day
        ) as last_day
    from typed
)
select record,
    coalesce(problem, case
        when first_day is null then 'period:unreadable_value'
        when last_day is null then 'end_day:missing_value'
        when last_day < first_day then 'end_day:ends_before_start'
        when target_value = start_value then 'target_value:target_is_start'
    end) as problem,
    cast(null as varchar) as skip,
    key_result, objective, coalesce(stream, '') as stream, owner, first_day as period_start,
    last_day as period_end, start_value, target_value, current_value, kpi
from dated
