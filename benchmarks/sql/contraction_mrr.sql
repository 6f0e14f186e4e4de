-- after: weeks, held_mrr, mrr_moves
-- MRR given up by accounts that stay, at the rates of the opening, per product and for the company, week by week.
select
    product,
    period_end as week_end,
    coalesce(sum(opening - kept) filter (closing > 0 and kept < opening), 0) as value
from moves group by grouping sets ((1, 2), (2))
