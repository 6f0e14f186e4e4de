-- after: market_figures
-- Ours over the largest rival that has a name, per product, month by month.
select product, day as month, sum(own) / sum(largest_rival) as value
from figures join markets using (source, market, day)
group by product, day having count(*) = 1
