-- By the period of first activity: how many entities were active a number of periods later, and for
-- how many that was the last time.
with touched as (
    select distinct
        f.cut,
        s.set_id,
        d.period_index,
        f.entity
    from facts as f
    join days as d on d.day = f.day
    join set_members as s on s.member = f.member
    where f.entity is not null
),

placed as (
    select
        cut,
        set_id,
        period_index,
        min(period_index) over (partition by cut, set_id, entity) as first_index,
        max(period_index) over (partition by cut, set_id, entity) as last_index
    from touched
)

select
    cut,
    set_id,
    first_index as period_index,
    period_index - first_index as offset_index,
    count(*) as active,
    sum(case when period_index = last_index then 1 else 0 end) as latest
from placed
group by cut, set_id, first_index, period_index - first_index
