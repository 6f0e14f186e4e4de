-- Days from start to done, quantile 0.85, per squad and for the company, week by week.
select squad, date_trunc('week', done_day) as week, quantile_cont(done_day - started_day, 0.85) as value
from work_items join streams using (source, stream)
where status_category = 'done' and done_day is not null
group by grouping sets ((1, 2), (2))
