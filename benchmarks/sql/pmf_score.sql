-- Share of very disappointed, per product and for the company, quarter by quarter.
select product, date_trunc('quarter', day) as quarter, avg(case when score = scale_max then 1.0 else 0 end) as value
from responses join streams using (source, stream)
where kind = 'pmf'
group by grouping sets ((1, 2), (2))
