-- member: product
-- datasets: responses
-- dimensions: wave, language
select
    s.product,
    r.day,
    r.kind,
    r.wave,
    r.language,
    r.response_id,
    r.score,
    r.scale_min,
    r.scale_max
from responses as r
join streams as s on s.source = r.source and s.stream = r.stream
where s.product is not null
