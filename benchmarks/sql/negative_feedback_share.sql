-- Verbatims of unhappy people over all verbatims, per product and for the company, by month.
with heard as (
    select product, day,
        coalesce(case when scale_max = 10 then rating <= 6
            else (rating - scale_min) * 4 <= scale_max - scale_min end, false) as negative
    from feedback join streams using (source, stream)
    where themes is not null
    union all
    select product, min(day) as day,
        bool_or((kind = 'nps' and score <= 6)
            or (kind = 'csat' and (score - scale_min) * 4 <= scale_max - scale_min)) as negative
    from responses join streams using (source, stream)
    group by product, source, response_id
    having bool_or(themes is not null)
)

select product, date_trunc('month', day) as month, avg(case when negative then 1.0 else 0 end) as value
from heard where product is not null
group by grouping sets ((1, 2), (2))
