-- The deals of a product that closed within two days, by how they ended, against whom and why.
select
    d.outcome,
    d.competitor,
    d.loss_reason,
    count(*) as deal_count
from closed_deals as d
where d.product = $product and d.day > $since and d.day <= $until
group by d.outcome, d.competitor, d.loss_reason
