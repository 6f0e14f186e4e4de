-- Distinct entities of a trailing window on each period's last day, without a range join: a day of
-- activity counts until the next one or until the window has passed, whichever comes first.
-- Most entities only ever touch the same sets; their days are walked once for all those sets.
with touched as (
    select
        f.cut,
        m.chunk,
        f.entity,
        f.day,
        bit_or(m.mask) as mask
    from facts as f
    join member_masks as m on m.member = f.member
    where f.entity is not null
    group by f.cut, m.chunk, f.entity, f.day
),

bounded as (
    select
        cut,
        chunk,
        entity,
        day,
        mask,
        lead(day) over (partition by cut, chunk, entity order by day) as next_day,
        min(mask) over (partition by cut, chunk, entity) as least_mask,
        max(mask) over (partition by cut, chunk, entity) as greatest_mask
    from touched
),

steady_spells as (
    select
        cut,
        chunk,
        mask,
        day,
        case
            when next_day is null or next_day > day + $window then day + $window else next_day
        end as until_day
    from bounded
    where least_mask = greatest_mask
),

mixed_days as (
    select
        t.cut,
        b.set_id,
        t.entity,
        t.day,
        lead(t.day) over (partition by t.cut, b.set_id, t.entity order by t.day) as next_day
    from bounded as t
    join set_bits as b on b.chunk = t.chunk and (t.mask & b.bit) <> 0
    where t.least_mask <> t.greatest_mask
),

mixed_spells as (
    select
        cut,
        set_id,
        day,
        case
            when next_day is null or next_day > day + $window then day + $window else next_day
        end as until_day
    from mixed_days
),

steady_steps as (
    select cut, chunk, mask, day, count(*) as step
    from steady_spells
    group by cut, chunk, mask, day
    union all
    select cut, chunk, mask, until_day as day, -count(*) as step
    from steady_spells
    group by cut, chunk, mask, until_day
),

mixed_steps as (
    select cut, set_id, day, count(*) as step
    from mixed_spells
    group by cut, set_id, day
    union all
    select cut, set_id, until_day as day, -count(*) as step
    from mixed_spells
    group by cut, set_id, until_day
),

steps as (
    select s.cut, b.set_id, s.day, s.step
    from steady_steps as s
    join set_bits as b on b.chunk = s.chunk and (s.mask & b.bit) <> 0
    union all
    select cut, set_id, day, step
    from mixed_steps
),

daily as (
    select cut, set_id, day, sum(step) as step
    from steps
    group by cut, set_id, day
)

select
    t.cut,
    t.set_id,
    p.period_index,
    sum(t.step) as value,
    sum(t.step) as n
from daily as t
join periods as p on t.day <= p.end_day
group by t.cut, t.set_id, p.period_index
