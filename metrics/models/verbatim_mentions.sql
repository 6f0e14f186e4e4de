-- member: product
-- datasets: feedback else responses, responses else feedback
-- dimensions: theme
-- One row per theme of a verbatim: what people said in their own words, wherever they said it.
select
    s.product,
    v.day,
    v.item,
    v.theme
from verbatim_themes as v
join streams as s on s.source = v.source and s.stream = v.stream
where s.product is not null
