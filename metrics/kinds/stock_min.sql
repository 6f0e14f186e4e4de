-- The smallest amount that holds on a period's last day, over the facts of the whole set.
select
    f.cut,
    s.set_id,
    p.period_index,
    min(f.amount) as value,
    count(*) as n
from facts as f
join periods as p
    on f.start_day <= p.end_day and (f.end_day is null or f.end_day > p.end_day)
join set_members as s on s.member = f.member
where f.amount is not null
group by f.cut, s.set_id, p.period_index
