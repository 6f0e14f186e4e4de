-- Of the entities that entered in the period, each once however often it entered, how many reached
-- the goal in time from any of their entries.
with by_entity as (
    select
        f.cut,
        f.member,
        d.period_index,
        f.entity,
        max(f.amount) as reached
    from facts as f
    join days as d on d.day = f.day
    where f.entity is not null
    group by f.cut, f.member, d.period_index, f.entity
),

by_member as (
    select cut, member, period_index, sum(reached) as reached, count(*) as entered
    from by_entity
    group by cut, member, period_index
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
