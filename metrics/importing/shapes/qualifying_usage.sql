select record,
    coalesce(problem, case when least_count < 1 then 'least_count:unreadable_value' end) as problem,
    cast(null as varchar) as skip,
    coalesce(stream, '') as stream, coalesce(version, 1) as version, event,
    coalesce(least_count, 1) as least_count, coalesce(free_plan, 'Free') as free_plan
from typed
