-- member: squad
-- datasets: sprints
-- dimensions:
-- Every sprint of a squad with its goal. `day` is its last day.
select
    s.squad,
    p.sprint,
    p.start_day,
    p.end_day,
    p.end_day as day,
    p.goal,
    p.goal_met
from sprints as p
join streams as s on s.source = p.source and s.stream = p.stream
where s.squad is not null
