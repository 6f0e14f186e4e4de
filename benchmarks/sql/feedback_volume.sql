-- Tickets, reviews and verbatims, those of surveys among them, per product and company, by week.
with heard as (
    select product, day from feedback join streams using (source, stream)
    union all
    select product, min(day) as day
    from responses join streams using (source, stream)
    where product is not null
    group by product, source, response_id
    having bool_or(themes is not null)
)

select product, date_trunc('week', day) as week, count(*) as value
from heard where product is not null
group by grouping sets ((1, 2), (2))
