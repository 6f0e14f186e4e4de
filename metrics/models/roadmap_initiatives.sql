-- member: product
-- datasets: initiatives
-- dimensions: moscow
-- Every initiative as its newest export shows it, with the first due date that any export showed.
with promises as (
    select
        source,
        initiative_id,
        coalesce(first_due_day, due_day) as promised_day,
        row_number() over (partition by source, initiative_id order by observed_at) as place
    from initiative_versions
    where coalesce(first_due_day, due_day) is not null
)

select
    s.product,
    q.squad,
    i.initiative_id,
    i.title,
    i.state,
    i.reach,
    i.impact,
    i.confidence,
    i.effort,
    i.rice,
    i.moscow,
    i.target_kpi,
    i.expected_effect,
    i.objective,
    i.origin,
    p.promised_day,
    i.due_day,
    i.shipped_day,
    i.review_day,
    i.link
from initiatives as i
left join streams as s on s.source = i.source and s.stream = i.stream
left join streams as q on q.source = i.source and q.stream = i.squad_stream
left join promises as p
    on p.source = i.source and p.initiative_id = i.initiative_id and p.place = 1
