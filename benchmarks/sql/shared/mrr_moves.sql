-- How what each account pays moved between two ends of periods; known: it had paid before the first.
firsts as (
    select product, account_key, min(start_day) as first_day
    from subscriptions join streams using (source, stream)
    where amount > 0 and (end_day is null or end_day > start_day)
    group by all
),

ends_of as (
    select
        product, account_key, period_end, mrr as closing, mrr_at_opening_rates as kept, 0 as opening
    from held
    union all
    select product, account_key, e.period_end, 0, 0, mrr
    from held join ends as e on e.previous_end = held.period_end
),

moves as (
    select
        product,
        account_key,
        period_end,
        sum(closing) as closing,
        sum(kept) as kept,
        sum(opening) as opening,
        any_value(first_day) <= any_value(previous_end) as known
    from ends_of join firsts using (product, account_key) join ends using (period_end)
    group by product, account_key, period_end
)
