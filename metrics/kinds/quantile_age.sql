-- Exact and inclusive, over the ages in days, on a period's last day, of what holds then; the
-- expression is the day from which age counts.
select
    f.cut,
    s.set_id,
    p.period_index,
    quantile_cont(date_diff('day', f.amount, p.end_day), $quantile) as value,
    count(*) as n
from facts as f
join periods as p
    on f.start_day <= p.end_day and (f.end_day is null or f.end_day > p.end_day)
join set_members as s on s.member = f.member
where f.amount is not null
group by f.cut, s.set_id, p.period_index
