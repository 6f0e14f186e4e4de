-- Won deals over won and lost ones with a named rival, per product and company, by month.
select product, date_trunc('month', closed_day) as month,
    count(*) filter (outcome = 'won') / nullif(count(*) filter (outcome in ('won', 'lost')), 0) as value
from deals join streams using (source, stream)
where outcome <> 'open' and competitor is not null and product is not null
group by grouping sets ((1, 2), (2))
