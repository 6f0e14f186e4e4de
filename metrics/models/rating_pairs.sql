-- member: product
-- datasets: ratings
-- dimensions: store
-- Ratings of a store on a day on which it shows both ours and a rival's. Points are the rating times
-- the reviews that it is the mean of.
select
    s.product,
    r.day,
    r.store,
    sum(case when r.is_own then r.rating * r.reviews end) as own_points,
    sum(case when r.is_own then r.reviews end) as own_reviews,
    sum(case when not r.is_own then r.rating * r.reviews end) as rival_points,
    sum(case when not r.is_own then r.reviews end) as rival_reviews
from ratings as r
join streams as s on s.source = r.source and s.stream = r.stream
where s.product is not null
group by s.product, r.source, r.day, r.store
having sum(case when r.is_own then 1 else 0 end) > 0 and sum(case when r.is_own then 0 else 1 end) > 0
