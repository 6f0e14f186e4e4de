-- after: running_key_results
-- The mean share of their days that running key results have used, per product and for the company,
-- at each month's end.
select product, month_end,
    avg((month_end - period_start + 1) / (period_end - period_start + 1)) as value
from running group by grouping sets ((1, 2), (2))
