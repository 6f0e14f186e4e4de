-- member: squad
-- datasets: deployments
-- dimensions:
-- Failed deployments to production after which service was restored, by the day on which it was.
select
    s.squad,
    d.restored_day as day,
    d.deployment_id,
    d.recovery_hours
from deployments as d
join streams as s on s.source = d.source and s.stream = d.stream
where
    s.squad is not null
    and d.environment = 'production'
    and d.recovery_hours is not null
    and d.restored_day is not null
