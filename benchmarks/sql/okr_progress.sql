-- after: running_key_results
-- reads: activation_rate, mrr, nps
-- The mean progress of running key results, clipped to 0–1, per product and for the company, at each
-- month's end: of the KPI that one reads, in its last whole period since it began, else of what an
-- export said by the morning after. The sample's key results read these three KPIs.
with readings as (
    select 'activation_rate' as kpi, product, cast(week as date) + 6 as day, value
    from written_activation_rate
    union all
    select 'mrr', product, week_end, value from written_mrr
    union all
    select 'nps', product, last_day(month), value from written_nps
),

said as (
    select r.*, v.current_value
    from running as r left join key_result_versions as v
        on v.source = r.source and v.key_result = r.key_result and v.period_start = r.period_start
        and (v.observed_day <= r.month_end + 1 or r.month_end >= r.period_end)
    qualify row_number() over (
        partition by r.product, r.source, r.key_result, r.period_start, r.month_end
        order by v.current_value is null, v.observed_day desc
    ) = 1
),

told as (
    select s.product, s.month_end, s.key_result, s.start_value, s.target_value,
        coalesce(arg_max(r.value, r.day), any_value(s.current_value)) as value
    from said as s left join readings as r
        on r.kpi = s.kpi and r.product = s.product
        and r.day > s.period_start and r.day <= s.month_end
    group by all
)

select product, month_end,
    case when count(*) = count(value) then avg(
        greatest(0, least(1, (value - start_value) / (target_value - start_value)))
    ) end as value
from told group by grouping sets ((1, 2), (2))
