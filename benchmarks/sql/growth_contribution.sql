-- after: months, held_mrr
-- Each product's change of MRR over a year, in points of the company's MRR a year earlier.
with per_product as (
    select product, period_end, sum(mrr) as mrr
    from held group by grouping sets ((1, 2), (2))
),

changes as (
    select
        n.product,
        n.period_end,
        n.mrr - coalesce(b.mrr, 0) as change,
        c.mrr as company_before
    from per_product as n
    join per_product as c
        on c.product is null and c.period_end = last_day(n.period_end - interval 12 months)
    left join per_product as b
        on b.product is not distinct from n.product and b.period_end = c.period_end
)

select product, period_end as month_end, change / company_before * 100 as value from changes
