-- after: months, held_mrr, mrr_moves
-- Accounts lost over accounts at the start, per product and for the company, month by month.
select
    product,
    period_end as month_end,
    count(*) filter (opening > 0 and closing = 0) / nullif(count(*) filter (opening > 0), 0) as value
from moves group by grouping sets ((1, 2), (2))
