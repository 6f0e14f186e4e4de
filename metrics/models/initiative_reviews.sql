-- member: product
-- datasets: initiatives
-- dimensions:
-- Shipped initiatives with the day on which their effect is to be reviewed.
select
    s.product,
    i.initiative_id,
    i.title,
    i.target_kpi,
    i.expected_direction,
    i.shipped_day,
    i.review_day
from initiatives as i
join streams as s on s.source = i.source and s.stream = i.stream
where
    s.product is not null
    and i.state = 'shipped'
    and i.shipped_day is not null
    and i.review_day is not null
    and i.review_day > i.shipped_day
