-- Share of 9 and 10 less share of 0 to 6, per product and for the company, month by month.
select product, date_trunc('month', day) as month, 
    100.0 * avg(case when score >= 9 then 1 when score <= 6 then -1 else 0 end) as value
from responses join streams using (source, stream)
where kind = 'nps'
group by grouping sets ((1, 2), (2))
