select record, problem, cast(null as varchar) as skip,
    user_key, coalesce(stream, '') as stream, signed_up as signed_up_at, signed_up_day,
    account_key, plan, country, features
from typed
