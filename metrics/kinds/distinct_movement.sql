-- Who came, stayed, came back and left, per set, from the bits each entity bore in this period, in
-- the one before and ever before. `x - (x & y)` is x without the bits of y.
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

both_ends as (
    select cut, chunk, entity, period_index, mask as now_mask, 0 as previous_mask
    from touched
    union all
    select cut, chunk, entity, period_index + 1 as period_index, 0 as now_mask, mask as previous_mask
    from touched
),

ends as (
    select
        cut,
        chunk,
        entity,
        period_index,
        bit_or(now_mask) as now_mask,
        bit_or(previous_mask) as previous_mask
    from both_ends
    group by cut, chunk, entity, period_index
),

histories as (
    select
        cut,
        chunk,
        period_index,
        now_mask,
        previous_mask,
        coalesce(bit_or(now_mask) over (
            partition by cut, chunk, entity
            order by period_index
            rows between unbounded preceding and 1 preceding
        ), 0) as ever_mask
    from ends
),

movements as (
    select
        cut,
        chunk,
        period_index,
        now_mask - (now_mask & ever_mask) as new_mask,
        now_mask & previous_mask as retained_mask,
        (now_mask & ever_mask) - (now_mask & ever_mask & previous_mask) as resurrected_mask,
        previous_mask - (previous_mask & now_mask) as churned_mask
    from histories
),

counted as (
    select
        cut,
        chunk,
        period_index,
        new_mask,
        retained_mask,
        resurrected_mask,
        churned_mask,
        count(*) as entity_count
    from movements
    group by
        cut, chunk, period_index, new_mask, retained_mask, resurrected_mask, churned_mask
)

select
    c.cut,
    b.set_id,
    c.period_index,
    sum(case when (c.new_mask & b.bit) <> 0 then c.entity_count else 0 end) as new,
    sum(case when (c.retained_mask & b.bit) <> 0 then c.entity_count else 0 end) as retained,
    sum(case when (c.resurrected_mask & b.bit) <> 0 then c.entity_count else 0 end) as resurrected,
    sum(case when (c.churned_mask & b.bit) <> 0 then c.entity_count else 0 end) as churned
from counted as c
join set_bits as b
    on b.chunk = c.chunk
    and (
        (c.new_mask & b.bit) <> 0
        or (c.retained_mask & b.bit) <> 0
        or (c.resurrected_mask & b.bit) <> 0
        or (c.churned_mask & b.bit) <> 0
    )
group by c.cut, b.set_id, c.period_index
