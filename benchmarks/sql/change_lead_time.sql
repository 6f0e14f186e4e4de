-- Median hours from a change's commit to production, per squad and for the company, by week.
select squad, date_trunc('week', day) as week, quantile_cont(lead_hours, 0.5) as value
from deployed_changes join streams using (source, stream)
where environment = 'production' and squad is not null
group by grouping sets ((1, 2), (2))
