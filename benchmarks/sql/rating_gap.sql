-- Our stars less those of rivals in the same stores and days, per product and company, by month.
with pairs as (
    select product, day,
        sum(rating * reviews) filter (is_own) as own_points, sum(reviews) filter (is_own) as own,
        sum(rating * reviews) filter (not is_own) as rival_points,
        sum(reviews) filter (not is_own) as rival
    from ratings join streams using (source, stream)
    where product is not null
    group by product, source, day, store
    having bool_or(is_own) and bool_or(not is_own)
)

select product, date_trunc('month', day) as month,
    sum(own_points) / sum(own) - sum(rival_points) / sum(rival) as value
from pairs
group by grouping sets ((1, 2), (2))
