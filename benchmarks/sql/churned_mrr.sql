-- after: weeks, held_mrr, mrr_moves
-- MRR of accounts that left, per product and for the company, week by week.
select
    product,
    period_end as week_end,
    coalesce(sum(opening) filter (closing = 0), 0) as value
from moves group by grouping sets ((1, 2), (2))
