-- Promoters less detractors among squads' members, per squad and for the company, by month.
select squad, date_trunc('month', day) as month,
    avg(case when score >= 9 then 100.0 when score <= 6 then -100 else 0 end) as value
from team_responses join streams using (source, stream)
where kind = 'enps' and squad is not null
group by grouping sets ((1, 2), (2))
