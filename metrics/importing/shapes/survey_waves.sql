select record,
    coalesce(problem, case
        when end_day < start_day then 'end_day:ends_before_start'
        when invited < 0 then 'invited:unreadable_value'
    end) as problem,
    cast(null as varchar) as skip,
    wave, stream, start_day, end_day, invited
from typed
