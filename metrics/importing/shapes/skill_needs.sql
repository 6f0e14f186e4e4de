-- A need without a first day has always been there.
select record,
    coalesce(problem, case when end_day < start_day then 'end_day:ends_before_start' end) as problem,
    cast(null as varchar) as skip,
    stream, skill, word(skill) as skill_key, try_cast(level as decimal(9, 2)) as required_level,
    coalesce(start_day, date '1900-01-01') as start_day, end_day + 1 as end_day
from typed
