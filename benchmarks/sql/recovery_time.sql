-- Median hours to restore service, per squad and for the company, by month of the restoration.
select squad, date_trunc('month', restored_day) as month, quantile_cont(recovery_hours, 0.5) as value
from deployments join streams using (source, stream)
where environment = 'production' and squad is not null and recovery_hours is not null
group by grouping sets ((1, 2), (2))
