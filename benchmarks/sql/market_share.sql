-- after: market_figures
-- Ours over the whole market, per product, month by month; of a market without a total the sum of
-- all its players is the whole.
select product, day as month, sum(own) / sum(coalesce(total, all_players)) as value
from figures join markets using (source, market, day)
group by product, day having count(*) = 1
