-- after: months, held_mrr
-- Annual recurring revenue, per product and for the company, at each month's end.
select
    product,
    period_end as month_end,
    sum(mrr) * 12 as value
from held group by grouping sets ((1, 2), (2))
