-- How an amount per account and member moved between two period ends. An account that held
-- something before the period began and held nothing at its start has come back.
with held as (
    select
        f.cut,
        f.member,
        f.entity,
        p.period_index,
        sum(f.amount) as amount
    from facts as f
    join periods as p
        on f.start_day <= p.end_day and (f.end_day is null or f.end_day > p.end_day)
    group by f.cut, f.member, f.entity, p.period_index
),

first_days as (
    select cut, member, entity, min(start_day) as first_day
    from facts
    group by cut, member, entity
),

both_ends as (
    select cut, member, entity, period_index, amount as closing, 0 as opening
    from held
    union all
    select cut, member, entity, period_index + 1 as period_index, 0 as closing, amount as opening
    from held
),

ends as (
    select
        cut,
        member,
        entity,
        period_index,
        sum(closing) as closing,
        sum(opening) as opening
    from both_ends
    group by cut, member, entity, period_index
),

movements as (
    select
        e.cut,
        e.member,
        e.period_index,
        e.opening,
        e.closing,
        f.first_day < p.start_day as known_before
    from ends as e
    join first_days as f on f.cut = e.cut and f.member = e.member and f.entity = e.entity
    join periods as p on p.period_index = e.period_index
),

by_member as (
    select
        cut,
        member,
        period_index,
        sum(case when opening = 0 and not known_before then closing else 0 end) as new,
        sum(case when opening = 0 and known_before then closing else 0 end) as reactivation,
        sum(
            case when opening > 0 and closing > opening then closing - opening else 0 end
        ) as expansion,
        sum(
            case when closing > 0 and closing < opening then opening - closing else 0 end
        ) as contraction,
        sum(case when closing = 0 then opening else 0 end) as churned,
        sum(case when opening > 0 and closing = 0 then 1 else 0 end) as lost_entities,
        sum(case when opening > 0 then 1 else 0 end) as opening_entities
    from movements
    group by cut, member, period_index
)

select
    b.cut,
    s.set_id,
    b.period_index,
    sum(b.new) as new,
    sum(b.reactivation) as reactivation,
    sum(b.expansion) as expansion,
    sum(b.contraction) as contraction,
    sum(b.churned) as churned,
    sum(b.lost_entities) as lost_entities,
    sum(b.opening_entities) as opening_entities
from by_member as b
join set_members as s on s.member = b.member
group by b.cut, s.set_id, b.period_index
