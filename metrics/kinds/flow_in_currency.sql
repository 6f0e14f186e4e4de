-- Adds up over days and over disjoint members, each day's money at the exchange rate of that day. An
-- amount without a rate leaves the whole without a figure: a part of the money is not the money.
with by_currency as (
    select
        f.cut,
        f.member,
        f.currency,
        f.day,
        d.period_index,
        sum(f.amount) as amount,
        count(*) as fact_count
    from facts as f
    join days as d on d.day = f.day
    group by f.cut, f.member, f.currency, f.day, d.period_index
),

by_member as (
    select
        b.cut,
        b.member,
        b.period_index,
        sum(cast(cast(b.amount as double) * c.rate as decimal(18, 6))) as amount,
        sum(b.fact_count) as fact_count,
        sum(case when c.rate is null then 1 else 0 end) as unpriced
    from by_currency as b
    left join currency_spans as c
        on c.currency = b.currency and c.start_day <= b.day and c.end_day > b.day
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
