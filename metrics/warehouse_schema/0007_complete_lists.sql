-- Exports that someone declared complete for what they name: what they lack was deleted.
create table complete_lists (
    import_id bigint not null,
    dataset varchar not null,
    source varchar not null,
    stream varchar not null, -- the tool's word for the project, board or team
    observed_at timestamp not null,
    observed_day date not null -- the company's local day
);

-- An item that a complete list of its project lacks has one more version, of the list's moment, by
-- which it is cancelled. It follows from the lists that remain, as all versions do.
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
where observed_at < listed_at and stream = listed and status_category <> 'cancelled';

create or replace view work_items as
select * from work_item_versions
qualify row_number() over (partition by source, item_id order by observed_at desc) = 1;
