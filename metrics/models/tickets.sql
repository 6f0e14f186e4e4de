-- member: product
-- datasets: feedback
-- dimensions: source
-- Tickets with the day on which they were resolved, and the days that it took.
select
    s.product,
    f.source,
    f.feedback_id,
    f.resolved_day as day,
    (f.resolved_ms - f.opened_ms) / 86400000 as days_to_resolution
from feedback as f
join streams as s on s.source = f.source and s.stream = f.stream
where s.product is not null and f.kind = 'ticket' and f.resolved_day is not null
