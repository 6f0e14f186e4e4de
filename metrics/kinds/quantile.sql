-- Exact and inclusive, over the facts of the whole set: never from quantiles of parts. Facts without
-- an amount are in `entered` only: how many never got there.
select
    f.cut,
    s.set_id,
    d.period_index,
    quantile_cont(f.amount, $quantile) as value,
    count(f.amount) as n,
    count(*) as entered
from facts as f
join days as d on d.day = f.day
join set_members as s on s.member = f.member
group by f.cut, s.set_id, d.period_index
