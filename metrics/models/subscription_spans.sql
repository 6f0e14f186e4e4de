-- member: product
-- datasets: subscriptions
-- dimensions: plan, channel
-- materialised: yes
-- Days on which a subscription paid a monthly amount, in its own currency; end_day is the first day it no longer did.
-- An amount first seen in a dated export has held since the export before it: a change is of the
-- days that the newer export covers, not of the day after them. When a subscription began and ended
-- is what its newest export says, unless an export showed it over, or not paid, and a later one
-- shows it running: what was told then stays, and a new run begins.
with seen as (
    select
        source,
        subscription_id,
        account_key,
        stream,
        plan,
        channel,
        currency,
        amount / interval_months as monthly_amount,
        start_day,
        end_day,
        observed_day,
        case when coalesce(status, '') in ('unpaid', 'paused') then 1 else 0 end as is_unpaid,
        case
            when coalesce(status, '') in ('unpaid', 'paused') then 0
            when end_day is null or end_day > observed_day then 1
            else 0
        end as is_running,
        row_number() over (
            partition by source, subscription_id order by observed_at
        ) as version_number,
        lag(observed_day) over (
            partition by source, subscription_id order by observed_at
        ) as previous_export_day
    from subscription_versions
),

states as (
    select
        *,
        max(case when is_unpaid = 1 then version_number else 0 end) over (
            partition by source, subscription_id
            order by version_number
            rows between unbounded preceding and current row
        ) as last_unpaid,
        max(case when is_running = 1 then version_number else 0 end) over (
            partition by source, subscription_id
            order by version_number
            rows between unbounded preceding and current row
        ) as last_running,
        lead(is_unpaid) over (
            partition by source, subscription_id order by version_number
        ) as next_is_unpaid
    from seen
),

-- What is not paid brings nothing, nor does its end, until an export shows it running again; the
-- very first one says since when.
versions as (
    select
        *,
        case when is_unpaid = 1 then coalesce(end_day, start_day) else end_day end as told_end_day,
        row_number() over (
            partition by source, subscription_id order by version_number
        ) as told_number,
        lag(version_number) over (
            partition by source, subscription_id order by version_number
        ) as previous_version,
        lag(is_unpaid) over (
            partition by source, subscription_id order by version_number
        ) as previous_is_unpaid,
        lag(start_day) over (
            partition by source, subscription_id order by version_number
        ) as previous_start_day,
        lag(end_day) over (
            partition by source, subscription_id order by version_number
        ) as previous_end_day,
        lag(observed_day) over (
            partition by source, subscription_id order by version_number
        ) as previous_observed_day,
        lead(observed_day) over (
            partition by source, subscription_id order by version_number
        ) as next_observed_day
    from states
    where version_number = 1 or last_unpaid <= last_running
),

beginnings as (
    select
        *,
        case
            when told_number = 1 then 0
            when previous_version < version_number - 1 or previous_is_unpaid = 1 then 1
            else 0
        end as is_paid_again,
        case
            when told_number = 1 then 0
            when previous_version < version_number - 1 or previous_is_unpaid = 1 then 1
            when
                previous_end_day <= previous_observed_day
                and (end_day is null or end_day > previous_observed_day)
                then 1
            when
                (previous_end_day is null or previous_end_day > previous_observed_day)
                and previous_start_day < previous_observed_day
                and start_day > previous_observed_day
                then 1
            else 0
        end as is_new_run
    from versions
),

numbered as (
    select
        *,
        sum(is_new_run) over (
            partition by source, subscription_id
            order by version_number
            rows between unbounded preceding and current row
        ) as run
    from beginnings
),

bounded as (
    select
        *,
        first_value(start_day) over (
            partition by source, subscription_id, run order by version_number desc
        ) as first_day,
        first_value(told_end_day) over (
            partition by source, subscription_id, run order by version_number desc
        ) as last_day
    from numbered
),

followed as (
    select
        *,
        lag(last_day) over (
            partition by source, subscription_id order by version_number
        ) as previous_last_day,
        lead(is_new_run) over (
            partition by source, subscription_id order by version_number
        ) as next_is_new_run,
        lead(first_day) over (
            partition by source, subscription_id order by version_number
        ) as next_first_day
    from bounded
),

runs as (
    select
        *,
        case
            when is_new_run = 0 then first_day
            when is_paid_again = 1 then greatest(first_day, previous_export_day)
            when previous_last_day < first_day then first_day
            when first_day >= observed_day then first_day
            else previous_export_day
        end as begins
    from followed
),

begun as (
    select
        *,
        first_value(begins) over (
            partition by source, subscription_id, run order by version_number
        ) as run_day
    from runs
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
            when v.told_number = 1 or v.is_new_run = 1 then v.run_day
            when v.previous_observed_day < v.run_day then v.run_day
            else v.previous_observed_day
        end as start_day,
        case
            when v.next_is_unpaid = 1 then least(coalesce(v.last_day, v.observed_day), v.observed_day)
            when v.next_observed_day is null then v.last_day
            when v.next_is_new_run = 1 and v.last_day < v.next_first_day then v.last_day
            when v.last_day is null or v.last_day > v.observed_day then v.observed_day
            else v.last_day
        end as end_day
    from begun as v
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
