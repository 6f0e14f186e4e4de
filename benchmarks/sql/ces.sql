-- Share of answers at 5 or more of 7, per product and for the company, month by month.
select product, date_trunc('month', day) as month,
    avg(case when (score - scale_min) * 6 >= (scale_max - scale_min) * 4 then 1.0 else 0 end) as value
from responses join streams using (source, stream)
where kind = 'ces' and product is not null
group by grouping sets ((1, 2), (2))
