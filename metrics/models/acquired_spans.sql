-- member: product
-- datasets: subscriptions
-- dimensions: channel
-- materialised: yes
-- Paid spans with the channel through which the account came: that of its first subscription of the
-- product, so that an account is never split between two.
select
    product,
    account_key,
    currency,
    mrr,
    start_day,
    end_day,
    first_value(lower(channel)) over (
        partition by product, account_key order by start_day, channel
    ) as channel
from subscription_spans
