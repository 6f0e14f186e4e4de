-- Each product's change of MRR over a month, in points of the company's MRR a month earlier.
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

per_product as (
    select product, month_end, sum(mrr) as mrr
    from held group by grouping sets ((1, 2), (2))
),

changes as (
    select
        n.product,
        n.month_end,
        n.mrr - coalesce(b.mrr, 0) as change,
        c.mrr as company_before
    from per_product as n
    join per_product as c
        on c.product is null and c.month_end = last_day(n.month_end - interval 1 month)
    left join per_product as b
        on b.product is not distinct from n.product and b.month_end = c.month_end
)

select product, month_end, change / company_before * 100 as value from changes
