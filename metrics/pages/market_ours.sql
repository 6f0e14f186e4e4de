-- A product's own figure in each of its markets, and the whole of the market.
with kinds as (
    select
        market,
        min(grain) as grain
    from market
    group by market
)

select
    s.market,
    k.grain,
    s.day,
    s.own,
    s.total
from market_shares as s
join kinds as k on k.market = s.market
where s.product = $product and s.day >= $since and s.day <= $until
order by s.market, s.day
