select record, problem, cast(null as varchar) as skip, '' as stream, alias_key, person_key
from typed
