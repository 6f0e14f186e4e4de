-- What each account pays for each product at the end of each period, at that day's rates of
-- exchange and at those of the period before.

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
    select v.source, v.stream, n.account_key, period_end, previous_end, v.currency, v.amount
    from subscriptions as n
    join said as v on v.source = n.source and v.subscription_id = n.subscription_id
    join ends
        on start_day <= period_end and (end_day is null or end_day > period_end)
        and since <= period_end and until > period_end
),

rates as (
    select currency, period_end, rate from ends
    join currency_spans on start_day <= period_end and end_day > period_end
),

held as (
    select
        product,
        account_key,
        paid.period_end,
        sum(amount * r.rate) as mrr,
        sum(amount * coalesce(b.rate, r.rate)) as mrr_at_opening_rates
    from paid join streams using (source, stream)
    join rates as r on r.currency = paid.currency and r.period_end = paid.period_end
    left join rates as b on b.currency = paid.currency and b.period_end = paid.previous_end
    where product is not null
    group by all
)
