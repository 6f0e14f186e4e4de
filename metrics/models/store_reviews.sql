-- member: product
-- datasets: feedback
-- dimensions: source, language
-- Reviews out of five stars.
select
    s.product,
    f.day,
    f.source,
    f.language,
    f.rating as stars
from feedback as f
join streams as s on s.source = f.source and s.stream = f.stream
where
    s.product is not null
    and f.kind = 'review'
    and f.scale_max = 5
    and f.rating is not null
