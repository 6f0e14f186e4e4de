-- member: squad
-- datasets: deployments
-- dimensions:
-- One row a change that reached production, with the hours since it was committed; null when the
-- export has no time of the commit, or one after the deployment.
select
    s.squad,
    c.day,
    c.deployment_id,
    c.change_id,
    c.lead_hours
from deployed_changes as c
join streams as s on s.source = c.source and s.stream = c.stream
where s.squad is not null and c.environment = 'production'
