-- Verbatims that have a theme over all verbatims, per product and for the company, by month.
with heard as (
    select product, day, len(themes) > 0 as themed
    from feedback join streams using (source, stream)
    where themes is not null
    union all
    select product, min(day) as day, max(coalesce(len(themes), 0)) > 0 as themed
    from responses join streams using (source, stream)
    group by product, source, response_id
    having bool_or(themes is not null)
)

select product, date_trunc('month', day) as month, avg(case when themed then 1.0 else 0 end) as value
from heard where product is not null
group by grouping sets ((1, 2), (2))
