with blockers as (
    select blocked as item_id, list(distinct item_id order by item_id) as by_links
    from (select item_id, unnest(blocks) as blocked from typed)
    group by blocked
),
judged as (
    select t.*, coalesce(b.by_links, []) as by_links,
        case
            when t.cancelled is not null
                or regexp_matches(bare_status(t.status), '^(cancel|annul|abandon|won.t|duplicate|rejet|reject|storniert|abgelehnt|verworfen|descart|rechaz|scartat)')
                or lower(t.resolution) in (
                    'won''t do', 'won''t fix', 'duplicate', 'declined', 'cannot reproduce',
                    'ne sera pas fait', 'doublon', 'annulé', 'not_planned', 'not planned'
                ) then 'cancelled'
            when t.status_category is not null then t.status_category
            when t.done is not null
                or says_done(t.status)
                then 'done'
            when t.started is not null
                or says_doing(t.status)
                then 'doing'
            when says_todo(t.status) then 'todo'
            else t.otherwise
        end as category
    from typed as t
    left join blockers as b on b.item_id = t.item_id
),
-- A board tells every move between its lists: work began with the first to one of work under way, and
-- ended with the first to one of finished work after which none led elsewhere.
moved as (
    select *,
        case when category in ('doing', 'done') then list_min(list_transform(
            list_filter(moves, lambda move: says_doing(move[26:])), lambda move: moved_at(move)
        )) end as begun,
        case when category = 'done' then list_min(list_transform(
            list_filter(moves, lambda move: says_done(move[26:]) and not list_bool_or(
                list_transform(moves, lambda other: moved_at(other) > moved_at(move) and not says_done(other[26:]))
            )), lambda move: moved_at(move)
        )) end as finished
    from judged
),
moments as (
    select * replace (
            coalesce(created, made_at(item_id)) as created,
            coalesce(created_day, utc_to_local(made_at(item_id))::date) as created_day,
            coalesce(started, begun) as started,
            coalesce(started_day, utc_to_local(begun)::date) as started_day
        ),
        coalesce(finished, category_changed, case category
            when 'cancelled' then cancelled when 'done' then done when 'doing' then started end) as changed,
        coalesce(utc_to_local(finished)::date, category_changed_day, case category
            when 'cancelled' then cancelled_day when 'done' then done_day when 'doing' then started_day end) as changed_day
    from moved
)
select record,
    coalesce(problem, case when category is null then 'status:unknown_status' end) as problem,
    cast(null as varchar) as skip,
    item_id,
    coalesce(
        stream,
        nullif(regexp_extract(item_id, '^https?://[^/]+/(.+?)/(-/)?(issues|work_items|pull)/\d+', 1), ''),
        regexp_extract(item_id, '^(.+)-\d+$', 1)
    ) as stream,
    title, type, status, category as status_category,
    changed as category_changed_at,
    created as created_at,
    coalesce(started, case when category = 'doing' then changed end) as started_at,
    case when category = 'done' then coalesce(done, changed) end as done_at,
    changed_day as category_changed_day,
    created_day,
    coalesce(started_day, case when category = 'doing' then changed_day end) as started_day,
    case when category = 'done' then coalesce(done_day, changed_day) end as done_day,
    due_day,
    try_cast(points as decimal(9, 2)) as points,
    parent, list_transform(sprints, lambda sprint: sprint_name(sprint)) as sprints, labels,
    list_sort(list_distinct(list_concat(blocked_by, by_links))) as blocked_by,
    criteria is not null as has_criteria
from moments
