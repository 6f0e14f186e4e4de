with judged as (
    select *,
        coalesce(failed, regexp_matches(lower(status), '^(fail|failed|failure|error|rolled.?back|échec|échoué)'))
            as has_failed
    from typed
)
select record,
    coalesce(problem, case when restored < deployed then 'restored:ends_before_start' end) as problem,
    case when regexp_matches(
        lower(status), '^(pending|queued|waiting|in.?progress|cancel|skipped|en attente|en cours|annul)'
    ) then 'deployment_not_made' end as skip,
    deployment_id, coalesce(change_id, '') as change_id, coalesce(stream, '') as stream,
    case
        when environment is null or regexp_matches(lower(environment), '^(prod|prd|live)')
            then 'production'
        else lower(environment)
    end as environment,
    deployed as deployed_at, deployed_day as day, coalesce(has_failed, false) as failed,
    restored as restored_at, restored_day, committed as committed_at
from judged
