-- The numbers of the subscriptions that a product's accounts pay for on a day.
select
    b.account_key,
    b.subscription_id
from subscriptions as b
join streams as s on s.source = b.source and s.stream = b.stream
where
    s.product = $product
    and b.start_day <= $day
    and (b.end_day is null or b.end_day > $day)
order by b.account_key, b.subscription_id
