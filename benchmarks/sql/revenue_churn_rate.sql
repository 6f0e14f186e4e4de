-- after: months, held_mrr, mrr_moves
-- MRR lost or shrunk over opening MRR, per product and for the company, month by month.
select
    product,
    period_end as month_end,
    (coalesce(sum(opening - kept) filter (closing > 0 and kept < opening), 0)
        + coalesce(sum(opening) filter (closing = 0), 0)) / nullif(sum(opening), 0) as value
from moves group by grouping sets ((1, 2), (2))
