-- Files whose rows have no identifier: what each speaks of, and in which order they count. Imports
-- from before have no moment of arrival: each is a job of its own, in the order of `observed_at`.
create table exports (
    import_id bigint not null,
    dataset varchar not null,
    source varchar not null,
    origin varchar, -- the ledger's company, the tool behind a shared profile; null: not told
    arrived_at timestamp, -- UTC, the same for all files of one job
    ordered_at timestamp not null, -- UTC: the moment that it states to be of, else `arrived_at`
    first_time timestamp, -- UTC, of its first row; null where rows have only days
    last_time timestamp,
    first_day date, -- local to the company
    last_day date
);

insert into exports
select i.import_id, i.dataset, i.source, null, null, i.observed_at, min(e.time), max(e.time),
    min(e.day), max(e.day)
from imports as i
join landed_events as e on e.import_id = i.import_id
where i.dataset = 'events'
group by i.import_id, i.dataset, i.source, i.observed_at;

-- Pairs of files found to tell of the same rows, among those that could be parts of one export.
create table same_exports (
    import_id bigint not null, -- the one that came later
    other_id bigint not null
);

-- What each import speaks of that no newer one does: per slice, moments from `begins` to before
-- `ends`. A newer file takes a slice whole, but for its own first and last day against a file that
-- reaches further: there it is cut, and takes what lies between its first and its last row.
-- Files stand beside each other that are of different origin, that speak of different moments, that
-- came together without telling of the same, and the rest of several parts when one is renewed.
create or replace view winning_slices as
with placed as (
    select i.import_id, e.origin, e.arrived_at, e.first_time, e.last_time, e.first_day, e.last_day,
        row_number() over (
            order by coalesce(e.ordered_at, i.observed_at), i.import_id
        ) as place,
        e.arrived_at is null
            or count(*) over (partition by i.dataset, i.source, e.arrived_at) = 1 as alone
    from imports as i
    left join exports as e on e.import_id = i.import_id
),
same as (
    select import_id, other_id from same_exports
    union
    select other_id, import_id from same_exports
),
spared as (
    select distinct s.import_id, rest.import_id as other_id
    from same as s
    join exports as newer on newer.import_id = s.import_id
    join exports as renewed on renewed.import_id = s.other_id
    join exports as rest
        on rest.dataset = renewed.dataset and rest.source = renewed.source
        and rest.arrived_at = renewed.arrived_at and rest.import_id <> renewed.import_id
    where newer.arrived_at is distinct from renewed.arrived_at
        and not exists (
            select 1 from same as x
            where x.import_id = rest.import_id
                and (x.other_id = newer.import_id or x.other_id = renewed.import_id)
        )
),
told as (
    select s.*, p.* exclude (import_id),
        p.first_day is null or (p.first_day < s.day and s.day < p.last_day) as whole
    from slices as s
    join placed as p on p.import_id = s.import_id
),
-- Without what a newer file that certainly speaks of the whole day takes: few pairs are left.
held as (
    select * from told
    qualify place >= coalesce(
        max(case when whole and alone and import_id not in (select import_id from spared)
            then place end) over (partition by dataset, source, origin, stream, day),
        0
    )
),
taken as (
    select o.import_id, o.dataset, o.source, o.stream, o.day,
        case when n.day = n.first_day and o.first_day < n.first_day then n.first_time
            else timestamp '-infinity'
        end as begins,
        case when n.day = n.last_day and o.last_day > n.last_day
            then n.last_time + interval 1 microsecond
            else timestamp 'infinity'
        end as ends
    from held as o
    join held as n
        on n.dataset = o.dataset and n.source = o.source and n.stream = o.stream
        and n.day = o.day and n.place > o.place
    left join same as s on s.import_id = n.import_id and s.other_id = o.import_id
    left join spared as p on p.import_id = n.import_id and p.other_id = o.import_id
    where (n.origin = o.origin or n.origin is null or o.origin is null)
        and coalesce(n.first_time <= o.last_time and o.first_time <= n.last_time, true)
        and (coalesce(n.arrived_at <> o.arrived_at, true) or s.import_id is not null)
        and p.import_id is null
),
reached as (
    select *,
        coalesce(
            max(ends) over (
                partition by import_id, dataset, source, stream, day order by begins, ends
                rows between unbounded preceding and 1 preceding
            ),
            timestamp '-infinity'
        ) as until
    from taken
)
select h.import_id, h.dataset, h.source, h.stream, h.day,
    timestamp '-infinity' as begins, timestamp 'infinity' as ends
from held as h
anti join taken as t
    on t.import_id = h.import_id and t.dataset = h.dataset and t.source = h.source
    and t.stream = h.stream and t.day = h.day
union all
select import_id, dataset, source, stream, day, until, begins from reached where begins > until
union all
select import_id, dataset, source, stream, day, max(ends), timestamp 'infinity'
from taken
group by import_id, dataset, source, stream, day
having max(ends) < timestamp 'infinity';

create or replace view events as
select e.source, e.stream, e.time, epoch_ms(e.time) as time_ms, e.day,
    coalesce(i.person_key, e.user_key) as user_key, e.account_key, e.event, e.feature, e.session,
    e.platform, e.country, e.plan
from landed_events as e
join winning_slices as w
    on w.dataset = 'events' and w.import_id = e.import_id and w.source = e.source
    and w.stream = e.stream and w.day = e.day and e.time >= w.begins and e.time < w.ends
left join identities as i on i.alias_key = e.user_key;
