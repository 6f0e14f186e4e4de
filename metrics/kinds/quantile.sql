-- Exact and inclusive, over the facts of the whole set: never from quantiles of parts.
select
    f.cut,
    s.set_id,
    d.period_index,
    quantile_cont(f.amount, $quantile) as value,
    count(*) as n
from facts as f
join days as d on d.day = f.day
join set_members as s on s.member = f.member
where f.amount is not null
group by f.cut, s.set_id, d.period_index
