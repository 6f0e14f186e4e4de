-- Failed deployments to production over all, per squad and for the company, month by month.
select squad, date_trunc('month', day) as month, avg(case when failed then 1.0 else 0 end) as value
from deployments join streams using (source, stream)
where environment = 'production' and squad is not null
group by grouping sets ((1, 2), (2))
