-- Accounts that bear, in two tools, the same number, domain or name: found while a file is read, for
-- afterwards only keys are left of what it told.
create table landed_account_links (
    import_id integer not null,
    source varchar not null,
    account_key bigint not null,
    other_source varchar not null, -- the tool whose account it may be
    other_key bigint not null
);

-- The tools of which someone has said that they mean the same accounts; rebuilt from the register.
create table same_accounts (
    source varchar not null,
    other_source varchar not null
);

create view account_links as
select l.source, l.account_key, l.other_key
from landed_account_links as l
join same_accounts as s on s.source = l.source and s.other_source = l.other_source
qualify row_number() over (
    partition by l.source, l.account_key order by l.import_id desc, l.other_source, l.other_key
) = 1;

create or replace view subscription_versions as
select s.* exclude (import_id) replace (
    coalesce(s.observed_day, cast(s.observed_at as date)) as observed_day,
    coalesce(l.other_key, s.account_key) as account_key
)
from landed_subscriptions as s
left join account_links as l on l.source = s.source and l.account_key = s.account_key
qualify row_number() over (
    partition by s.source, s.subscription_id, s.observed_at order by s.import_id desc
) = 1;

create or replace view subscriptions as
select s.* exclude (import_id) replace (
    coalesce(s.observed_day, cast(s.observed_at as date)) as observed_day,
    coalesce(l.other_key, s.account_key) as account_key
)
from landed_subscriptions as s
left join account_links as l on l.source = s.source and l.account_key = s.account_key
qualify row_number() over (
    partition by s.source, s.subscription_id order by s.observed_at desc, s.import_id desc
) = 1;
