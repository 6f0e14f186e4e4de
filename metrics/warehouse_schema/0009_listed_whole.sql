-- Deals and initiatives that a complete list of their product lacks (see 0007_complete_lists).

-- A deal has no history: one that was deleted was none. It counts again when an export shows it.
create or replace view deals as
with newest as (
    select * exclude (import_id) from landed_deals
    qualify row_number() over (
        partition by source, deal_id order by observed_at desc, import_id desc
    ) = 1
)
select n.* from newest as n
left join (
    select source, stream, max(observed_at) as listed_at from complete_lists
    where dataset = 'deals' group by source, stream
) as l on l.source = n.source and l.stream = n.stream
where l.listed_at is null or l.listed_at <= n.observed_at;

-- An initiative that a list lacks has one more version, of the list's moment, by which it is dropped;
-- one that had shipped has shipped, whether a roadmap still shows it or not.
create or replace view initiative_versions as
with seen as (
    select * exclude (import_id) from landed_initiatives
    qualify row_number() over (
        partition by source, initiative_id, observed_at order by import_id desc
    ) = 1
),
lists as (
    select distinct source, stream, observed_at, observed_day
    from complete_lists
    where dataset = 'initiatives'
),
before as (
    select s.*, l.observed_at as listed_at, l.observed_day as listed_day, l.stream as listed
    from lists as l
    join seen as s on s.source = l.source and s.observed_at <= l.observed_at
    qualify row_number() over (
        partition by l.source, l.stream, l.observed_at, s.initiative_id order by s.observed_at desc
    ) = 1
)
select * from seen
union all by name
select * exclude (listed_at, listed_day, listed)
    replace ('dropped' as state, listed_at as observed_at, listed_day as observed_day)
from before
where observed_at < listed_at and stream = listed and state not in ('dropped', 'shipped');

create or replace view initiatives as
select * from initiative_versions
qualify row_number() over (partition by source, initiative_id order by observed_at desc) = 1;
