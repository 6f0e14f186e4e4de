select record, problem, cast(null as varchar) as skip,
    coalesce(discovery_id, left(sha256(concat_ws(chr(31), stream, day, kind, insight, initiative)), 16))
        as discovery_id,
    coalesce(stream, '') as stream, day, kind, people_heard, insight, initiative
from typed
