-- after: months, held_mrr, mrr_moves
-- Accounts lost over accounts at the start, per product and for the company, month by month; the
-- company loses those that keep no product.
select
    product,
    period_end as month_end,
    count(*) filter (opening > 0 and closing = 0) / nullif(count(*) filter (opening > 0), 0) as value
from (
    select product, period_end, account_key, sum(opening) as opening, sum(closing) as closing
    from moves group by grouping sets ((1, 2, 3), (2, 3))
)
group by product, period_end
