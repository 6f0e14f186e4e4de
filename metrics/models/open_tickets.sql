-- member: product
-- datasets: feedback
-- dimensions: source
-- untold: untold_resolutions
-- Days on which a ticket waited for its resolution. One that is resolved, nobody knows when, is in
-- neither this nor the time that resolutions take.
select
    s.product,
    f.source,
    f.feedback_id,
    f.day as start_day,
    f.resolved_day as end_day
from feedback as f
join streams as s on s.source = f.source and s.stream = f.stream
where
    s.product is not null
    and f.kind = 'ticket'
    and (f.status = 'open' or f.resolved_day is not null)
