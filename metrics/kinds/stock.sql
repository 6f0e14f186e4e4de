-- What holds on a period's last day; never added over time.
with by_member as (
    select
        f.cut,
        f.member,
        p.period_index,
        sum(f.amount) as amount,
        count(*) as fact_count
    from facts as f
    join periods as p
        on f.start_day <= p.end_day and (f.end_day is null or f.end_day > p.end_day)
    group by f.cut, f.member, p.period_index
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
