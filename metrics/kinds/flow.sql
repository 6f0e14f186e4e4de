-- Adds up over days and over disjoint members.
with by_member as (
    select
        f.cut,
        f.member,
        d.period_index,
        sum(f.amount) as amount,
        count(*) as fact_count
    from facts as f
    join days as d on d.day = f.day
    group by f.cut, f.member, d.period_index
)

select
    b.cut,
    s.set_id,
    b.period_index,
    sum(b.amount) as value,
    sum(b.fact_count) as n
from by_member as b
join set_members as s on s.member = b.member
group by b.cut, s.set_id, b.period_index
