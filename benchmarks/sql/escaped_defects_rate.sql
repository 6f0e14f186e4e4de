-- Defects found in production over all found, per squad and company, by the month in which they were
-- written down; only of squads that ever say where a defect was found.
with words as (
    select source, item_id, list(label) as said from work_item_labels group by all
),

defects as (
    select
        squad,
        created_day as day,
        lower(type) = 'incident' or coalesce(list_has_any(said, [
            'production', 'prod', 'in production', 'en production', 'live', 'escaped', 'échappé',
            'échappée', 'found in production', 'trouvé en production', 'incident', 'hotfix'
        ]), false) as escaped,
        coalesce(list_has_any(said, [
            'qa', 'test', 'testing', 'recette', 'uat', 'staging', 'préproduction', 'preproduction',
            'pre-production', 'development', 'développement', 'internal', 'interne'
        ]), false) as held_back
    from work_items join streams using (source, stream) left join words using (source, item_id)
    where squad is not null and created_day is not null and status_category <> 'cancelled'
        and (lower(type) in ('bug', 'defect', 'anomaly', 'anomalie', 'défaut', 'incident')
        or list_has_any(said, ['bug', 'defect', 'anomaly', 'anomalie', 'défaut', 'incident']))
)

select
    squad,
    date_trunc('month', day) as month,
    count(*) filter (escaped) / count(*) as value
from defects
where squad in (select squad from defects where escaped or held_back)
group by grouping sets ((1, 2), (2))
