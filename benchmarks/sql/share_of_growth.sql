-- after: months, held_mrr
-- Each product's change of MRR over a year over the company's, where the company's is more than 2.66
-- times its mean change from one month to the next, over the two years before.
with per_product as (
    select product, period_end, sum(mrr) as mrr
    from held
    where period_end >= (select min(observed_day) - 1 from subscription_versions)
    group by grouping sets ((1, 2), (2))
),

company as (
    select period_end, mrr,
        avg(step) over two_years * 2.66 as noise,
        count(step) over two_years as steps
    from (
        select *, abs(mrr - lag(mrr) over (order by period_end)) as step
        from per_product where product is null
    )
    window two_years as (order by period_end rows between 22 preceding and current row)
),

changes as (
    select n.product, n.period_end, n.mrr - coalesce(b.mrr, 0) as change,
        c.mrr - o.mrr as company_change, c.noise, c.steps
    from per_product as n
    join company as c using (period_end)
    join company as o on o.period_end = last_day(n.period_end - interval 12 months)
    left join per_product as b
        on b.product is not distinct from n.product and b.period_end = o.period_end
)

select product, period_end as month_end, change / company_change as value
from changes where steps >= 5 and abs(company_change) > noise
