-- after: weeks, held_mrr, mrr_moves
-- Growth of MRR of accounts that stay, at the rates of the opening, per product and for the company, week by week.
select
    product,
    period_end as week_end,
    coalesce(sum(kept - opening) filter (opening > 0 and kept > opening), 0) as value
from moves group by grouping sets ((1, 2), (2))
