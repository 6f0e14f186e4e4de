-- member: product
-- datasets: responses
-- dimensions: wave, language, account
select
    s.product,
    r.day,
    r.kind,
    r.wave,
    r.language,
    cast(r.account_key as varchar) as account,
    r.response_id,
    r.score,
    r.scale_min,
    r.scale_max
from responses as r
join streams as s on s.source = r.source and s.stream = r.stream
where s.product is not null
