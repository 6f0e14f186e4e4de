select record, problem, cast(null as varchar) as skip,
    coalesce(stream, '') as stream, time, time_day as day, user_key, account_key, event, feature,
    session, platform, country, plan
from typed
