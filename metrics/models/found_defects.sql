-- member: squad
-- datasets: work_items
-- dimensions: type
-- Defects by the day on which they were found (written down), and whether that was in production. A
-- squad that never says where a defect was found, by a label or a type, has no rows: none of its
-- defects said to have escaped is not the same as none that did.
with labelled as (
    select
        source,
        item_id,
        max(case
            when label in ('bug', 'defect', 'anomaly', 'anomalie', 'défaut', 'incident') then 1 else 0
        end) as is_defect,
        max(case
            when label in (
                'production', 'prod', 'in production', 'en production', 'live', 'escaped', 'échappé',
                'échappée', 'found in production', 'trouvé en production', 'incident', 'hotfix'
            ) then 1
            else 0
        end) as in_production,
        max(case
            when label in (
                'qa', 'test', 'testing', 'recette', 'uat', 'staging', 'préproduction', 'preproduction',
                'pre-production', 'development', 'développement', 'internal', 'interne'
            ) then 1
            else 0
        end) as before_production
    from work_item_labels
    group by source, item_id
),

defects as (
    select
        s.squad,
        w.source,
        w.item_id,
        w.type,
        w.created_day as day,
        case
            when lower(w.type) = 'incident' then 1
            else coalesce(l.in_production, 0)
        end as in_production,
        case
            when lower(w.type) = 'incident' or l.in_production = 1 or l.before_production = 1 then 1
            else 0
        end as says_where
    from work_items as w
    join streams as s on s.source = w.source and s.stream = w.stream
    left join labelled as l on l.source = w.source and l.item_id = w.item_id
    where
        s.squad is not null
        and w.created_day is not null
        and w.status_category <> 'cancelled'
        and (
            lower(w.type) in ('bug', 'defect', 'anomaly', 'anomalie', 'défaut', 'incident')
            or l.is_defect = 1
        )
),

telling as (
    select squad
    from defects
    group by squad
    having max(says_where) = 1
)

select
    d.squad,
    d.day,
    d.type,
    d.item_id,
    d.in_production
from defects as d
join telling as t on t.squad = d.squad
