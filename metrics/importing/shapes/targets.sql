-- What is set for the whole company names no scope. `known_kpis` and `known_scopes` hold the names
-- that there are.
select record,
    coalesce(problem, case
        when scope is null and scope_kind <> 'company' then 'scope:missing_value'
        when scope_kind not in ('company', 'line', 'product', 'squad', 'owner')
            then 'scope_kind:unreadable_value'
        when kind not in ('target', 'budget') then 'kind:unreadable_value'
        when not regexp_full_match(period, '\d{4}-(Q[1-4]|W(0[1-9]|[1-4]\d|5[0-3])|0[1-9]|1[0-2])')
            then 'period:unreadable_value'
        when kpi not in (select name from known_kpis) then 'kpi:unknown_kpi'
        when scope_kind <> 'company'
            and scope not in (select key from known_scopes as k where k.kind = scope_kind)
            then 'scope:unknown_scope'
    end) as problem,
    cast(null as varchar) as skip,
    kpi, scope_kind, coalesce(scope, '') as scope, period, kind, value
from typed
