-- Users and who they are across tools, exchange rates, feedback, and what a product says of itself.

-- The currency in which figures are given; one row, rebuilt from the workspace's settings.
create table company (
    currency varchar not null
);

-- Which events make a user active; a product without a row counts them all.
create table qualifying_events (
    product varchar not null,
    event varchar not null
);

create table feature_tags (
    product varchar not null,
    feature varchar not null,
    tag varchar not null
);

-- Features that not everyone may use: to the users of these plans, or to those whom the product's
-- own list of users names (plan is null).
create table feature_eligibility (
    product varchar not null,
    feature varchar not null,
    plan varchar
);

create table squad_assignments (
    squad varchar not null,
    product varchar not null,
    start_day date not null,
    end_day date -- first day no longer assigned; null while it lasts
);

-- What a squad costs where no account says it: one row a day.
create table squad_rates (
    squad varchar not null,
    day date not null,
    amount decimal(18, 2) not null -- a cost is negative, as in the ledger
);

create table landed_users (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    user_key bigint not null,
    stream varchar not null,
    signed_up_at timestamp not null, -- UTC
    signed_up_day date not null, -- local to the company
    account_key bigint,
    plan varchar,
    country varchar,
    features varchar[] not null -- those the user may use, where the product lists them
);

create table landed_identities (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    stream varchar not null,
    alias_key bigint not null, -- a user as one tool knows them
    person_key bigint not null
);

create table landed_rates (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    stream varchar not null,
    currency varchar not null,
    day date not null,
    rate decimal(18, 8) not null -- what one unit is worth in the company's currency
);

create table landed_feedback (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    feedback_id varchar not null,
    kind varchar not null, -- ticket, review, verbatim
    stream varchar not null,
    opened_at timestamp not null,
    day date not null, -- the company's local day of `opened_at`
    status varchar, -- of a ticket: open, resolved
    resolved_at timestamp,
    resolved_day date,
    rating decimal(9, 2),
    scale_min decimal(9, 2),
    scale_max decimal(9, 2),
    language varchar,
    text varchar, -- null where the product keeps none
    themes varchar[] -- null where there was no text
);

alter table landed_responses add column themes varchar[];
alter table landed_responses add column account_key bigint;

-- The taxonomy with which the themes above were found; they are found anew when it changes.
create table taxonomy (
    digest varchar not null
);

create view identities as
select alias_key, person_key from landed_identities
qualify row_number() over (
    partition by alias_key order by observed_at desc, import_id desc
) = 1;

-- A person known to several tools, or twice to one, is one user everywhere.
create or replace view events as
select e.source, e.stream, e.time, epoch_ms(e.time) as time_ms, e.day,
    coalesce(i.person_key, e.user_key) as user_key, e.account_key, e.event, e.feature, e.session,
    e.platform, e.country, e.plan
from landed_events as e
join winning_slices as w
    on w.dataset = 'events' and w.import_id = e.import_id and w.source = e.source
    and w.stream = e.stream and w.day = e.day
left join identities as i on i.alias_key = e.user_key;

create view users as
select u.source, u.stream, coalesce(i.person_key, u.user_key) as user_key, u.signed_up_at,
    epoch_ms(u.signed_up_at) as signed_up_ms, u.signed_up_day, u.account_key, u.plan, u.country,
    u.features
from (
    select * from landed_users
    qualify row_number() over (
        partition by source, stream, user_key order by observed_at desc, import_id desc
    ) = 1
) as u
left join identities as i on i.alias_key = u.user_key;

create view user_features as
select source, stream, user_key, unnest(features) as feature from users;

-- A rate holds until the next one, 35 days at most; '' stands for amounts that are no foreign money.
create view currency_spans as
select currency, day as start_day,
    least(
        coalesce(lead(day) over (partition by currency order by day), day + 35), day + 35
    ) as end_day,
    cast(rate as double) as rate
from (
    select currency, day, rate from landed_rates
    qualify row_number() over (
        partition by currency, day order by observed_at desc, import_id desc
    ) = 1
)
where currency not in (select currency from company)
union all
select currency, date '1900-01-01', date '9999-12-31', 1.0 from company
union all
select '', date '1900-01-01', date '9999-12-31', 1.0;

create or replace view responses as
select * exclude (import_id) from landed_responses
qualify row_number() over (
    partition by source, response_id, question order by observed_at desc, import_id desc
) = 1;

create view feedback as
select * exclude (import_id), epoch_ms(opened_at) as opened_ms, epoch_ms(resolved_at) as resolved_ms
from landed_feedback
qualify row_number() over (
    partition by source, feedback_id order by observed_at desc, import_id desc
) = 1;

-- One row per theme of a verbatim. An item is named by its tool and its identifier there.
create view verbatim_themes as
select source, stream, day, concat('feedback:', source, ':', feedback_id) as item,
    unnest(themes) as theme
from feedback
union all
select source, stream, day, concat('response:', source, ':', response_id) as item,
    unnest(themes) as theme
from responses;
