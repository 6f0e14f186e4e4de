-- Of those who entered in the period, how many reached the goal in time.
with by_member as (
    select
        f.cut,
        f.member,
        d.period_index,
        sum(f.amount) as reached,
        count(*) as entered
    from facts as f
    join days as d on d.day = f.day
    group by f.cut, f.member, d.period_index
)

select
    b.cut,
    s.set_id,
    b.period_index,
    sum(b.reached) as reached,
    sum(b.entered) as entered
from by_member as b
join set_members as s on s.member = b.member
group by b.cut, s.set_id, b.period_index
