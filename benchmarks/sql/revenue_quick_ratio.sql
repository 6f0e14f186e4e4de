-- after: months, held_mrr, mrr_moves
-- MRR gained over MRR lost, per product and for the company, month by month.
select
    product,
    period_end as month_end,
    (coalesce(sum(closing) filter (opening = 0 and not known), 0)
        + coalesce(sum(kept - opening) filter (opening > 0 and kept > opening), 0)
        + coalesce(sum(closing) filter (opening = 0 and known), 0))
    / nullif(coalesce(sum(opening - kept) filter (closing > 0 and kept < opening), 0)
        + coalesce(sum(opening) filter (closing = 0), 0), 0) as value
from moves group by grouping sets ((1, 2), (2))
