-- Direct variable cost divided by the month's active users.
with users as (
    select product, date_trunc('month', day) as month, count(distinct user_key) as users
    from events join streams using (source, stream)
    where user_key is not null
    group by grouping sets ((1, 2), (2))
),

costs as (
    select product, date_trunc('month', day) as month, -sum(amount) as cost
    from ledger join streams using (source, stream)
    where exists (
        from account_natures as n
        where starts_with(ledger.account, n.account) and n.nature = 'direct_variable'
    )
    group by grouping sets ((1, 2), (2))
)

select u.product, u.month, cost / users as value
from users as u join costs as c
    on c.product is not distinct from u.product and c.month = u.month
