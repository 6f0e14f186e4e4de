-- Distinct entities of a trailing window on each period's last day, without a range join: a day of
-- activity counts until the next one or until the window has passed, whichever comes first.
with active_days as (
    select distinct
        f.cut,
        s.set_id,
        f.entity,
        f.day
    from facts as f
    join set_members as s on s.member = f.member
    where f.entity is not null
),

spells as (
    select
        cut,
        set_id,
        day,
        lead(day) over (partition by cut, set_id, entity order by day) as next_day
    from active_days
),

steps as (
    select cut, set_id, day, 1 as step
    from spells
    union all
    select
        cut,
        set_id,
        case when next_day is null or next_day > day + $window then day + $window else next_day end as day,
        -1 as step
    from spells
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
