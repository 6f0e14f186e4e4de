-- member: squad
-- datasets: responses
-- dimensions: wave
select
    s.squad,
    r.day,
    r.kind,
    r.wave,
    r.response_id,
    r.score,
    r.scale_min,
    r.scale_max
from team_responses as r
join streams as s on s.source = r.source and s.stream = r.stream
where s.squad is not null
