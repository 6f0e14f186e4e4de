-- after: weeks, held_mrr, mrr_moves
-- MRR of accounts that had left and came back, per product and for the company, week by week.
select
    product,
    period_end as week_end,
    coalesce(sum(closing) filter (opening = 0 and known), 0) as value
from moves group by grouping sets ((1, 2), (2))
