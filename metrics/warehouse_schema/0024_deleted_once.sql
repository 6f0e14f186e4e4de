-- An item that several complete lists in a row lack was deleted once, when the first of them was
-- written: each had moved the day on which what waited for it could go on.
create or replace view work_item_versions as
with seen as (
    select * exclude (import_id)
        replace (coalesce(observed_day, cast(observed_at as date)) as observed_day)
    from landed_work_items
    qualify row_number() over (
        partition by source, item_id, observed_at order by import_id desc
    ) = 1
),
lists as (
    select distinct source, stream, observed_at, observed_day
    from complete_lists
    where dataset = 'work_items'
),
before as (
    select s.*, l.observed_at as listed_at, l.observed_day as listed_day, l.stream as listed
    from lists as l
    join seen as s on s.source = l.source and s.observed_at <= l.observed_at
    qualify row_number() over (
        partition by l.source, l.stream, l.observed_at, s.item_id order by s.observed_at desc
    ) = 1
)
select * from seen
union all by name
select * exclude (listed_at, listed_day, listed)
    replace (
        'cancelled' as status_category, listed_at as category_changed_at,
        listed_day as category_changed_day, listed_at as observed_at, listed_day as observed_day
    )
from before
where observed_at < listed_at and stream = listed and status_category <> 'cancelled'
qualify row_number() over (
    partition by source, item_id, before.observed_at order by before.listed_at
) = 1;
