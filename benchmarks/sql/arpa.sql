-- after: months, held_mrr
-- MRR per paying account, per product and for the company, at each month's end.
select
    product,
    period_end as month_end,
    sum(mrr) / count(distinct account_key) filter (mrr > 0) as value
from held group by grouping sets ((1, 2), (2))
