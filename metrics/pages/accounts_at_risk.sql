-- The accounts that pay for a product on a day, with what they paid before, when they leave if that
-- is known, and their days of use up to the last day that use is known of.
with spans as (
    select account_key, plan, currency, mrr, start_day, end_day
    from subscription_spans
    where product = $product
),

rates as (
    select currency, rate
    from currency_spans
    where start_day <= $day and end_day > $day
),

paid as (
    select
        account_key,
        currency,
        sum(case when start_day <= $day and (end_day is null or end_day > $day) then mrr end)
            as mrr,
        sum(case when start_day <= $before and (end_day is null or end_day > $before) then mrr end)
            as mrr_before
    from spans
    group by account_key, currency
),

priced as (
    select
        p.account_key,
        sum(cast(cast(p.mrr as double) * r.rate as decimal(18, 6))) as mrr,
        sum(cast(cast(p.mrr_before as double) * r.rate as decimal(18, 6))) as mrr_before,
        sum(case when r.rate is null then 1 else 0 end) as unpriced
    from paid as p
    left join rates as r on r.currency = p.currency
    group by p.account_key
),

held as (
    select
        account_key,
        min(plan) as plan,
        max(plan) as other_plan
    from spans
    where start_day <= $day and (end_day is null or end_day > $day)
    group by account_key
),

-- A change of amount ends one span and begins the next: an account leaves with its last.
lasting as (
    select
        account_key,
        min(start_day) as since,
        max(coalesce(end_day, date '9999-12-31')) as leaves
    from spans
    group by account_key
),

naming as (
    select distinct product from qualifying_events
),

used as (
    select
        e.account_key,
        max(e.day) as last_use,
        count(distinct case when e.day > $recent then e.day end) as days_now,
        count(distinct case when e.day > $earlier and e.day <= $recent then e.day end)
            as days_before
    from user_events as e
    left join naming as n on n.product = e.product
    left join qualifying_events as q on q.product = e.product and q.event = e.event
    where
        e.product = $product
        and e.account_key is not null
        and e.day <= $used_until
        and (n.product is null or q.event is not null)
    group by e.account_key
)

select
    h.account_key,
    h.plan,
    h.other_plan,
    t.leaves,
    t.since,
    p.mrr,
    p.mrr_before,
    p.unpriced,
    u.last_use,
    coalesce(u.days_now, 0) as days_now,
    coalesce(u.days_before, 0) as days_before
from held as h
join lasting as t on t.account_key = h.account_key
join priced as p on p.account_key = h.account_key
left join used as u on u.account_key = h.account_key
order by h.account_key
