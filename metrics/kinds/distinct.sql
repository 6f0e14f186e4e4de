-- Counted again for every set: a member carries one bit per set that holds it, an entity the bits
-- of all members it touched, so one pass counts sixty sets at once.
with touched as (
    select
        f.cut,
        m.chunk,
        d.period_index,
        f.entity,
        bit_or(m.mask) as mask
    from facts as f
    join days as d on d.day = f.day
    join member_masks as m on m.member = f.member
    where f.entity is not null
    group by f.cut, m.chunk, d.period_index, f.entity
),

counted as (
    select
        cut,
        chunk,
        period_index,
        mask,
        count(*) as entity_count
    from touched
    group by cut, chunk, period_index, mask
)

select
    c.cut,
    b.set_id,
    c.period_index,
    sum(c.entity_count) as value,
    sum(c.entity_count) as n
from counted as c
join set_bits as b on b.chunk = c.chunk and (c.mask & b.bit) <> 0
group by c.cut, b.set_id, c.period_index
