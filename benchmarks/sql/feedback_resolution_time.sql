-- Median days from a ticket's opening to its resolution, per product and company, by week.
select product, date_trunc('week', resolved_day) as week,
    quantile_cont((resolved_ms - opened_ms) / 86400000, 0.5) as value
from feedback join streams using (source, stream)
where kind = 'ticket' and resolved_day is not null and product is not null
group by grouping sets ((1, 2), (2))
