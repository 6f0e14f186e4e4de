-- after: months, held_mrr
-- reads: contribution_margin_rate
-- Growth of MRR over a year in % and contribution margin in %, per product and for the company.
with per_product as (
    select product, period_end, sum(mrr) as mrr
    from held group by grouping sets ((1, 2), (2))
)

select n.product, n.period_end as month_end,
    (n.mrr - b.mrr) / nullif(b.mrr, 0) * 100 + m.value * 100 as value
from per_product as n
join per_product as b
    on b.product is not distinct from n.product
    and b.period_end = last_day(n.period_end - interval 12 months)
join written_contribution_margin_rate as m
    on m.product is not distinct from n.product and last_day(m.month) = n.period_end
