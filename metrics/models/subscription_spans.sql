-- member: product
-- datasets: subscriptions
-- dimensions: plan, channel
-- materialised: yes
-- Days on which a subscription paid a monthly amount, in its own currency; end_day is the first day it no longer did.
-- An amount first seen in a dated export has held since the export before it: a change is of the
-- days that the newer export covers, not of the day after them. When a subscription began and ended
-- is what its newest export says.
with versions as (
    select
        source,
        subscription_id,
        account_key,
        stream,
        plan,
        channel,
        currency,
        amount / interval_months as monthly_amount,
        observed_day,
        row_number() over (
            partition by source, subscription_id order by observed_at
        ) as version_number,
        lag(observed_day) over (
            partition by source, subscription_id order by observed_at
        ) as previous_observed_day,
        lead(observed_day) over (
            partition by source, subscription_id order by observed_at
        ) as next_observed_day,
        first_value(start_day) over (
            partition by source, subscription_id order by observed_at desc
        ) as first_day,
        first_value(end_day) over (
            partition by source, subscription_id order by observed_at desc
        ) as last_day
    from subscription_versions
),

spans as (
    select
        v.source,
        v.stream,
        v.account_key,
        v.plan,
        v.channel,
        v.currency,
        cast(v.monthly_amount as decimal(18, 6)) as mrr,
        case
            when v.version_number = 1 or v.previous_observed_day < v.first_day then v.first_day
            else v.previous_observed_day
        end as start_day,
        case
            when v.next_observed_day is null then v.last_day
            when v.last_day is null or v.last_day > v.observed_day then v.observed_day
            else v.last_day
        end as end_day
    from versions as v
)

select
    s.product,
    p.account_key,
    p.plan,
    p.channel,
    p.currency,
    p.mrr,
    p.start_day,
    p.end_day
from spans as p
join streams as s on s.source = p.source and s.stream = p.stream
where s.product is not null and (p.end_day is null or p.end_day > p.start_day)
