-- after: weeks, held_mrr
-- Monthly recurring revenue, per product and for the company, at each week's end.
select
    product,
    period_end as week_end,
    sum(mrr) as value
from held group by grouping sets ((1, 2), (2))
