-- How an amount per account and member moved between two period ends. An account that held
-- something before the period began and held nothing at its start has come back.
-- What an account held already is compared at the rates of the opening, so that nobody contracts by
-- a rate; `fx` is what the rates alone did to what it still holds. Who comes, comes at the rate of
-- the close. Opening + new + reactivation + expansion - contraction - churned + fx = closing.
-- An account that is owed more than it pays holds an amount below 0, and moves like any other.
-- Money moves per account and member and adds up; accounts are counted again for every set: one that
-- keeps another of its members is not lost, one that no longer pays anything is.
with rates as (
    select p.period_index, c.currency, c.rate, coalesce(b.rate, c.rate) as rate_before
    from periods as p
    join currency_spans as c on c.start_day <= p.end_day and c.end_day > p.end_day
    left join currency_spans as b
        on b.currency = c.currency and b.start_day < p.start_day and b.end_day >= p.start_day
),

by_currency as (
    select
        f.cut,
        f.member,
        f.entity,
        f.currency,
        p.period_index,
        sum(f.amount) as amount
    from facts as f
    join periods as p
        on f.start_day <= p.end_day and (f.end_day is null or f.end_day > p.end_day)
    group by f.cut, f.member, f.entity, f.currency, p.period_index
),

held as (
    select
        b.cut,
        b.member,
        b.entity,
        b.period_index,
        sum(cast(cast(b.amount as double) * r.rate as decimal(18, 6))) as amount,
        sum(cast(cast(b.amount as double) * r.rate_before as decimal(18, 6))) as amount_before,
        sum(case when r.rate is null then 1 else 0 end) as unpriced
    from by_currency as b
    left join rates as r on r.currency = b.currency and r.period_index = b.period_index
    group by b.cut, b.member, b.entity, b.period_index
),

first_days as (
    select cut, member, entity, min(start_day) as first_day
    from facts
    where amount <> 0
    group by cut, member, entity
),

both_ends as (
    select
        cut,
        member,
        entity,
        period_index,
        amount as closing,
        amount_before as closing_before,
        0 as opening,
        unpriced
    from held
    union all
    select
        cut,
        member,
        entity,
        period_index + 1 as period_index,
        0 as closing,
        0 as closing_before,
        amount as opening,
        unpriced
    from held
),

ends as (
    select
        cut,
        member,
        entity,
        period_index,
        sum(closing) as closing,
        sum(closing_before) as closing_before,
        sum(opening) as opening,
        sum(unpriced) as unpriced
    from both_ends
    group by cut, member, entity, period_index
),

movements as (
    select
        e.cut,
        e.member,
        e.entity,
        e.period_index,
        e.opening,
        e.closing,
        e.closing_before,
        e.unpriced,
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
        sum(unpriced) as unpriced,
        sum(case when opening = 0 and not known_before then closing else 0 end) as new,
        sum(case when opening = 0 and known_before then closing else 0 end) as reactivation,
        sum(
            case
                when opening <> 0 and closing <> 0 and closing_before > opening then closing_before - opening
                else 0
            end
        ) as expansion,
        sum(
            case
                when opening <> 0 and closing <> 0 and closing_before < opening then opening - closing_before
                else 0
            end
        ) as contraction,
        sum(case when closing = 0 then opening else 0 end) as churned,
        sum(case when opening <> 0 then closing - closing_before else 0 end) as fx
    from movements
    group by cut, member, period_index
),

entities as (
    select
        m.cut,
        s.set_id,
        m.period_index,
        m.entity,
        sum(m.opening) as opening,
        sum(m.closing) as closing
    from movements as m
    join set_members as s on s.member = m.member
    group by m.cut, s.set_id, m.period_index, m.entity
),

counted as (
    select
        cut,
        set_id,
        period_index,
        sum(case when opening > 0 and closing <= 0 then 1 else 0 end) as lost_entities,
        sum(case when opening > 0 then 1 else 0 end) as opening_entities
    from entities
    group by cut, set_id, period_index
)

select
    b.cut,
    s.set_id,
    b.period_index,
    case when sum(b.unpriced) = 0 then sum(b.new) end as new,
    case when sum(b.unpriced) = 0 then sum(b.reactivation) end as reactivation,
    case when sum(b.unpriced) = 0 then sum(b.expansion) end as expansion,
    case when sum(b.unpriced) = 0 then sum(b.contraction) end as contraction,
    case when sum(b.unpriced) = 0 then sum(b.churned) end as churned,
    case when sum(b.unpriced) = 0 then sum(b.fx) end as fx,
    case when sum(b.unpriced) = 0 then max(c.lost_entities) end as lost_entities,
    case when sum(b.unpriced) = 0 then max(c.opening_entities) end as opening_entities
from by_member as b
join set_members as s on s.member = b.member
join counted as c
    on c.cut = b.cut and c.set_id = s.set_id and c.period_index = b.period_index
group by b.cut, s.set_id, b.period_index
