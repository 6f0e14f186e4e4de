-- Who answers for the whole company names no target.
select record,
    coalesce(problem, case
        when target is null and target_kind <> 'company' then 'target:missing_value'
    end) as problem,
    cast(null as varchar) as skip,
    person, role, target_kind, coalesce(target, 'company') as target, start, "end"
from typed
