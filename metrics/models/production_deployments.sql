-- member: squad
-- datasets: deployments
-- dimensions:
-- One row a deployment to production.
select
    s.squad,
    d.day,
    d.deployment_id,
    case when d.failed then 1 else 0 end as failed
from deployments as d
join streams as s on s.source = d.source and s.stream = d.stream
where s.squad is not null and d.environment = 'production'
