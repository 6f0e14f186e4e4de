-- The figures of other companies' players in the markets of a product.
with ours as (
    select distinct market
    from market_shares
    where product = $product
)

select
    m.market,
    m.day,
    m.player,
    sum(m.value) as value
from market as m
join ours as o on o.market = m.market
left join streams as p on p.source = m.source and p.stream = m.player
where m.role = 'player' and p.product is null and m.day >= $since and m.day <= $until
group by m.market, m.day, m.player
order by m.market, m.player, m.day
