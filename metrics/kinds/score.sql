-- Answers as points: their sum, the sum of their squares for the interval, and how many.
select
    f.cut,
    s.set_id,
    d.period_index,
    sum(f.amount) as total,
    sum(f.amount * f.amount) as squares,
    count(*) as answers,
    count(distinct f.entity) as respondents
from facts as f
join days as d on d.day = f.day
join set_members as s on s.member = f.member
where f.amount is not null
group by f.cut, s.set_id, d.period_index
