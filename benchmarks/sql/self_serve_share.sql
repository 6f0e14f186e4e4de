-- New MRR of accounts that came by themselves over all new MRR whose channel is known, month by month;
-- an account's channel is that of its first subscription of the product.
with ends as (
    select last_day(cast(unnest(generate_series(date '2024-01-01', date '2026-12-01', interval 1 month)) as date))
        as month_end
),

-- What a subscription paid on a day is what the first export after it says, else the newest.
said as (
    select
        source,
        subscription_id,
        stream,
        currency,
        amount / interval_months as amount,
        lag(observed_day, 1, date '1900-01-01') over versions as since,
        case when lead(observed_day) over versions is null then date '9999-12-31'
        else observed_day end as until
    from subscription_versions
    window versions as (partition by source, subscription_id order by observed_at)
),

paid as (
    select v.source, v.stream, n.account_key, month_end, v.currency, v.amount
    from subscriptions as n
    join said as v on v.source = n.source and v.subscription_id = n.subscription_id
    join ends
        on start_day <= month_end and (end_day is null or end_day > month_end)
        and since <= month_end and until > month_end
),

rates as (
    select currency, month_end, rate from ends
    join currency_spans on start_day <= month_end and end_day > month_end
),

held as (
    select
        product,
        account_key,
        paid.month_end,
        sum(amount * r.rate) as mrr,
        sum(amount * coalesce(b.rate, r.rate)) as mrr_at_opening_rates
    from paid join streams using (source, stream)
    join rates as r on r.currency = paid.currency and r.month_end = paid.month_end
    left join rates as b
        on b.currency = paid.currency and b.month_end = last_day(paid.month_end - interval 1 month)
    where product is not null
    group by all
),

firsts as (
    select product, account_key, min(start_day) as first_day
    from subscriptions join streams using (source, stream)
    where amount > 0 and (end_day is null or end_day > start_day)
    group by all
),

ends_of as (
    select product, account_key, month_end, mrr as closing, mrr_at_opening_rates as kept, 0 as opening
    from held
    union all
    select product, account_key, last_day(month_end + interval 1 month), 0, 0, mrr from held
),

moves as (
    select
        product,
        account_key,
        month_end,
        sum(closing) as closing,
        sum(kept) as kept,
        sum(opening) as opening,
        any_value(first_day) <= last_day(month_end - interval 1 month) as known
    from ends_of join firsts using (product, account_key)
    group by product, account_key, month_end
),

channels as (
    select product, account_key, lower(channel) as channel
    from subscriptions join streams using (source, stream)
    where end_day is null or end_day > start_day
    qualify row_number() over (
        partition by product, account_key order by start_day, channel
    ) = 1
)

select
    product,
    month_end,
    sum(closing) filter (channel in (
        'self-serve', 'self_serve', 'selfserve', 'self-service', 'self service', 'libre-service',
        'libre service', 'en ligne', 'online', 'web'
    )) / sum(closing) as value
from moves join channels using (product, account_key)
where opening = 0 and not known and channel is not null
group by grouping sets ((1, 2), (2))
