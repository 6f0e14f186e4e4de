-- Mean over a trailing window of each day's distinct entities; a day without any counts as 0.
with touched as (
    select
        f.cut,
        m.chunk,
        f.day,
        f.entity,
        bit_or(m.mask) as mask
    from facts as f
    join member_masks as m on m.member = f.member
    where f.entity is not null
    group by f.cut, m.chunk, f.day, f.entity
),

counted as (
    select cut, chunk, day, mask, count(*) as entity_count
    from touched
    group by cut, chunk, day, mask
),

daily as (
    select
        c.cut,
        b.set_id,
        c.day,
        sum(c.entity_count) as entity_count
    from counted as c
    join set_bits as b on b.chunk = c.chunk and (c.mask & b.bit) <> 0
    group by c.cut, b.set_id, c.day
)

select
    t.cut,
    t.set_id,
    p.period_index,
    sum(t.entity_count) / $window as value,
    sum(t.entity_count) as n
from daily as t
join periods as p on t.day <= p.end_day and t.day > p.end_day - $window
group by t.cut, t.set_id, p.period_index
