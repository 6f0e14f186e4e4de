-- Of the entities whose first activity ever, in the set, fell in the period: how many were active
-- again a given number of periods later.
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

histories as (
    select
        cut,
        chunk,
        entity,
        period_index,
        mask,
        coalesce(bit_or(mask) over (
            partition by cut, chunk, entity
            order by period_index
            rows between unbounded preceding and 1 preceding
        ), 0) as ever_mask
    from touched
),

cohorts as (
    select cut, chunk, entity, period_index, mask - (mask & ever_mask) as new_mask
    from histories
),

returns as (
    select
        c.cut,
        c.chunk,
        c.period_index,
        c.new_mask,
        c.new_mask & coalesce(t.mask, 0) as back_mask
    from cohorts as c
    left join touched as t
        on t.cut = c.cut and t.chunk = c.chunk and t.entity = c.entity
        and t.period_index = c.period_index + $after
    where c.new_mask <> 0
),

counted as (
    select cut, chunk, period_index, new_mask, back_mask, count(*) as entity_count
    from returns
    group by cut, chunk, period_index, new_mask, back_mask
)

select
    c.cut,
    b.set_id,
    c.period_index,
    sum(case when (c.back_mask & b.bit) <> 0 then c.entity_count else 0 end) as reached,
    sum(c.entity_count) as entered
from counted as c
join set_bits as b on b.chunk = c.chunk and (c.new_mask & b.bit) <> 0
group by c.cut, b.set_id, c.period_index
