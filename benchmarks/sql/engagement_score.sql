-- Mean engagement out of ten, per squad and for the company, month by month.
select squad, date_trunc('month', day) as month,
    avg((score - scale_min) / (scale_max - scale_min) * 10) as value
from team_responses join streams using (source, stream)
where kind = 'engagement' and squad is not null
group by grouping sets ((1, 2), (2))
