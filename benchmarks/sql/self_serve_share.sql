-- after: months, held_mrr, mrr_moves
-- New MRR of accounts that came by themselves over all new MRR whose channel is known, month by month;
-- an account's channel is that of its first subscription of the product.
with channels as (
    select product, account_key, lower(channel) as channel
    from subscriptions join streams using (source, stream)
    where end_day is null or end_day > start_day
    qualify row_number() over (
        partition by product, account_key order by start_day, channel
    ) = 1
)

select
    product,
    period_end as month_end,
    sum(closing) filter (channel in (
        'self-serve', 'self_serve', 'selfserve', 'self-service', 'self service', 'libre-service',
        'libre service', 'en ligne', 'online', 'web'
    )) / sum(closing) as value
from moves join channels using (product, account_key)
where opening = 0 and not known and channel is not null
group by grouping sets ((1, 2), (2))
