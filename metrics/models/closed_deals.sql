-- member: product
-- datasets: deals
-- dimensions: competitor, loss_reason
select
    s.product,
    d.closed_day as day,
    d.outcome,
    d.competitor,
    d.loss_reason,
    d.amount
from deals as d
join streams as s on s.source = d.source and s.stream = d.stream
where s.product is not null and d.closed_day is not null and d.outcome <> 'open'
