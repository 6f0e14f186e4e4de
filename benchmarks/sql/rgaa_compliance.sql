-- RGAA criteria met over those that apply, per product and for the company, as last observed by each
-- quarter's end.
with ends as (
    select cast(unnest(generate_series(date '2024-04-01', date '2027-01-01', interval 3 months)) as date) - 1
        as quarter_end
),

observed as (
    select product, metric, value, quarter_end
    from observations join streams using (source, stream) join ends on day <= quarter_end
    where product is not null and metric in ('rgaa_criteria_met', 'rgaa_criteria_applicable')
    qualify row_number() over (partition by product, metric, quarter_end order by day desc) = 1
)

select
    product,
    quarter_end,
    sum(value) filter (metric = 'rgaa_criteria_met')
    / nullif(sum(value) filter (metric = 'rgaa_criteria_applicable'), 0) as value
from observed group by grouping sets ((1, 2), (2))
