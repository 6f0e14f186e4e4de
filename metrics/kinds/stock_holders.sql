-- Distinct holders of an amount above 0 on a period's last day, at the exchange rate of that day. What
-- one holds in several facts, or several members of a set, is added up before it is looked at.
with rates as (
    select p.period_index, c.currency, c.rate
    from periods as p
    join currency_spans as c on c.start_day <= p.end_day and c.end_day > p.end_day
),

by_currency as (
    select
        f.cut,
        f.member,
        f.entity,
        f.currency,
        p.period_index,
        sum(f.amount) as amount
    from facts as f
    join periods as p
        on f.start_day <= p.end_day and (f.end_day is null or f.end_day > p.end_day)
    where f.entity is not null
    group by f.cut, f.member, f.entity, f.currency, p.period_index
),

held as (
    select
        b.cut,
        s.set_id,
        b.period_index,
        b.entity,
        sum(cast(cast(b.amount as double) * r.rate as decimal(18, 6))) as amount,
        sum(case when r.rate is null then 1 else 0 end) as unpriced
    from by_currency as b
    join set_members as s on s.member = b.member
    left join rates as r on r.currency = b.currency and r.period_index = b.period_index
    group by b.cut, s.set_id, b.period_index, b.entity
)

select
    cut,
    set_id,
    period_index,
    case when sum(unpriced) = 0 then sum(case when amount > 0 then 1 else 0 end) end as value,
    sum(case when amount > 0 then 1 else 0 end) as n
from held
group by cut, set_id, period_index
