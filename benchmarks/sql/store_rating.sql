-- Mean stars of store reviews, per product and for the company, month by month.
select product, date_trunc('month', day) as month, avg(rating) as value
from feedback join streams using (source, stream)
where kind = 'review' and scale_max = 5 and rating is not null and product is not null
group by grouping sets ((1, 2), (2))
