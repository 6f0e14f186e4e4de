-- Shipped initiatives with a target KPI over all, per product and company, by quarter.
select product, date_trunc('quarter', shipped_day) as quarter,
    avg(case when target_kpi is not null then 1.0 else 0 end) as value
from initiatives join streams using (source, stream)
where state = 'shipped' and shipped_day <= observed_day and product is not null
group by grouping sets ((1, 2), (2))
