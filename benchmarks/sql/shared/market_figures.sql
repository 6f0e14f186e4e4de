-- What each product has of a market in a month, and what the whole market and its largest rival have.
-- A row is ours when it says so, or when its player is what a tool calls the product.
figures as (
    select m.source, market, day, s.product, sum(value) as own
    from market as m
    join streams as s using (source, stream)
    left join streams as named on named.source = m.source and named.stream = m.player
    where grain = 'month' and s.product is not null
        and (role = 'own' or (role = 'player' and named.product = s.product))
    group by all
),

markets as (
    select m.source, market, day,
        sum(value) filter (role = 'total') as total,
        sum(value) filter (role <> 'total') as all_players,
        max(value) filter (role = 'player' and named.product is null) as largest_rival
    from market as m
    left join streams as named on named.source = m.source and named.stream = m.player
    where grain = 'month'
    group by all
)
