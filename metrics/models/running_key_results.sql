-- member: product
-- datasets: key_results
-- dimensions:
-- Every version of every key result. One without a stream is the company's.
select
    s.product,
    case when k.stream = '' then 1 else 0 end as of_company,
    k.source,
    k.key_result,
    k.objective,
    k.period_start,
    k.period_end,
    k.start_value,
    k.target_value,
    k.current_value,
    k.kpi,
    k.observed_day,
    row_number() over (
        partition by k.source, k.stream, k.key_result, k.period_start order by k.observed_at
    ) as version
from key_result_versions as k
left join streams as s on s.source = k.source and s.stream = k.stream
