select record,
    coalesce(problem, case when end_day < start_day then 'end_day:ends_before_start' end) as problem,
    cast(null as varchar) as skip,
    sprint, stream, start_day, end_day, goal, goal_met
from typed
