-- member: product
-- datasets: market
-- dimensions: market
-- materialised: yes
-- One row per product, market and period: ours, the whole market and its largest rival. A market is
-- one definition, segment, unit and grain; a period in which it holds no figure of ours has no row.
-- `day` is the period's first day.
with figures as (
    select
        m.source,
        m.market,
        m.day,
        m.role,
        m.value,
        s.product,
        p.product as player_product
    from market as m
    left join streams as s on s.source = m.source and s.stream = m.stream
    left join streams as p on p.source = m.source and p.stream = m.player
),

ours as (
    select
        source,
        market,
        day,
        product,
        sum(value) as own
    from figures
    where
        product is not null
        and (role = 'own' or (role = 'player' and player_product = product))
    group by source, market, day, product
)

select
    o.product,
    o.day,
    o.market,
    min(o.own) as own,
    coalesce(
        sum(case when f.role = 'total' then f.value end),
        sum(case when f.role <> 'total' then f.value end)
    ) as total,
    max(case when f.role = 'player' and f.player_product is null then f.value end) as largest_rival
from ours as o
join figures as f on f.source = o.source and f.market = o.market and f.day = o.day
group by o.product, o.day, o.market, o.source
