-- Deployments to production, per squad and for the company, week by week.
select squad, date_trunc('week', day) as week, count(*) as value
from deployments join streams using (source, stream)
where environment = 'production' and squad is not null
group by grouping sets ((1, 2), (2))
