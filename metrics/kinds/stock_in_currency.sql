-- What holds on a period's last day, at the exchange rate of that day. An amount without a rate
-- leaves the whole without a figure: a part of the money is not the money.
with rates as (
    select p.period_index, c.currency, c.rate
    from periods as p
    join currency_spans as c on c.start_day <= p.end_day and c.end_day > p.end_day
),

by_currency as (
    select
        f.cut,
        f.member,
        f.currency,
        p.period_index,
        sum(f.amount) as amount,
        count(*) as fact_count
    from facts as f
    join periods as p
        on f.start_day <= p.end_day and (f.end_day is null or f.end_day > p.end_day)
    group by f.cut, f.member, f.currency, p.period_index
),

by_member as (
    select
        b.cut,
        b.member,
        b.period_index,
        sum(cast(cast(b.amount as double) * r.rate as decimal(18, 6))) as amount,
        sum(b.fact_count) as fact_count,
        sum(case when r.rate is null then 1 else 0 end) as unpriced
    from by_currency as b
    left join rates as r on r.currency = b.currency and r.period_index = b.period_index
    group by b.cut, b.member, b.period_index
)

select
    b.cut,
    s.set_id,
    b.period_index,
    case when sum(b.unpriced) = 0 then sum(b.amount) end as value,
    sum(b.fact_count) as n
from by_member as b
join set_members as s on s.member = b.member
group by b.cut, s.set_id, b.period_index
