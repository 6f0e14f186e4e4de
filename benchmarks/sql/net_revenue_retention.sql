-- Opening MRR with its movements, over opening MRR, per product and for the company, week by week.
with ends as (
    select cast(unnest(generate_series(date '2024-01-07', date '2026-12-27', interval 7 days)) as date)
        as week_end
),

held as (
    select product, account_key, week_end, sum(amount / interval_months) as mrr
    from subscriptions join streams using (source, stream)
    join ends on start_day <= week_end and (end_day is null or end_day > week_end)
    group by all
),

firsts as (
    select product, account_key, min(start_day) as first_day
    from subscriptions join streams using (source, stream) group by all
),

ends_of as (
    select product, account_key, week_end, mrr as closing, 0 as opening from held
    union all
    select product, account_key, week_end + 7, 0, mrr from held
),

moves as (
    select
        product,
        account_key,
        week_end,
        sum(closing) as closing,
        sum(opening) as opening,
        any_value(first_day) <= week_end - 7 as known
    from ends_of join firsts using (product, account_key)
    group by product, account_key, week_end
)

select product, week_end, 
    (sum(opening) + coalesce(sum(closing - opening) filter (opening > 0 and closing > opening), 0) - coalesce(sum(opening - closing) filter (closing > 0 and closing < opening), 0) - coalesce(sum(opening) filter (closing = 0), 0)) / nullif(sum(opening), 0) as value
from moves group by grouping sets ((1, 2), (2))
