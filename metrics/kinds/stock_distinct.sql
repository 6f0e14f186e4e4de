-- Distinct holders on a period's last day.
select
    f.cut,
    s.set_id,
    p.period_index,
    count(distinct f.entity) as value,
    count(distinct f.entity) as n
from facts as f
join periods as p
    on f.start_day <= p.end_day and (f.end_day is null or f.end_day > p.end_day)
join set_members as s on s.member = f.member
where f.entity is not null
group by f.cut, s.set_id, p.period_index
