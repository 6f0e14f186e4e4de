-- Won deals over won and lost ones, per product and for the company, month by month.
select
    product,
    date_trunc('month', closed_day) as month,
    count(*) filter (outcome = 'won') / nullif(count(*) filter (outcome in ('won', 'lost')), 0) as value
from deals join streams using (source, stream)
where outcome <> 'open'
group by grouping sets ((1, 2), (2))
