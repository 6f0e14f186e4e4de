-- Share of answers in the top two, per product and for the company, month by month.
select product, date_trunc('month', day) as month, avg(case when score >= scale_max - 1 then 1.0 else 0 end) as value
from responses join streams using (source, stream)
where kind = 'csat'
group by grouping sets ((1, 2), (2))
