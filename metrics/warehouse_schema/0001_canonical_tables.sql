-- Landing tables keep every row of every import; the views under the canonical names show what
-- counts. Undoing an import deletes its landed rows, so the views need no repair.

create table imports (
    import_id integer primary key,
    source varchar not null,
    dataset varchar not null,
    observed_at timestamp not null
);

-- Which days of which stream a slice-wise import covers. For each of them the newest import wins.
create table slices (
    import_id integer not null,
    dataset varchar not null,
    source varchar not null,
    stream varchar not null,
    day date not null
);

-- The values by which an import's rows name a product or squad.
create table import_streams (
    import_id integer not null,
    dataset varchar not null,
    source varchar not null,
    stream varchar not null,
    row_count bigint not null
);

-- What those values stand for today; rebuilt from the register, one row per source and stream.
create table streams (
    source varchar not null,
    stream varchar not null,
    product varchar,
    squad varchar
);

create table products (
    product varchar not null,
    signup_event varchar,
    activation_event varchar
);

create table squad_members (
    squad varchar not null,
    person varchar not null,
    start_day date not null,
    end_day date -- first day no longer a member; null while it lasts
);

create table account_natures (
    account varchar not null, -- a prefix of account codes; the longest match wins
    nature varchar not null -- revenue, direct_variable, squad, shared
);

create table landed_events (
    import_id integer not null,
    source varchar not null,
    stream varchar not null,
    time timestamp not null, -- UTC
    day date not null, -- local to the company
    user_key bigint,
    account_key bigint,
    event varchar not null,
    feature varchar,
    session varchar,
    platform varchar,
    country varchar,
    plan varchar
);

create table landed_ledger (
    import_id integer not null,
    source varchar not null,
    stream varchar not null, -- the analytic axis, else the account code
    day date not null,
    journal varchar not null,
    account varchar not null,
    amount decimal(18, 2) not null, -- credit minus debit, in the ledger's currency
    currency varchar not null
);

create table landed_work_items (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    item_id varchar not null,
    stream varchar not null, -- project, team or board
    title varchar,
    type varchar,
    status varchar,
    status_category varchar not null, -- todo, doing, done, cancelled
    category_changed_at timestamp,
    created_at timestamp,
    started_at timestamp,
    done_at timestamp,
    category_changed_day date, -- the company's local days of the moments above
    created_day date,
    started_day date,
    done_day date,
    due_day date,
    points decimal(9, 2),
    parent varchar,
    sprints varchar[] not null,
    labels varchar[] not null,
    blocked_by varchar[] not null
);

create table landed_sprints (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    sprint varchar not null,
    stream varchar not null,
    start_day date not null,
    end_day date not null, -- last day, inclusive
    goal varchar,
    goal_met boolean
);

create table landed_subscriptions (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    subscription_id varchar not null,
    account_key bigint not null,
    stream varchar not null, -- the plan, which names the product
    plan varchar,
    interval_months integer not null,
    amount decimal(18, 2) not null, -- per interval, discount deducted, without tax
    currency varchar not null,
    channel varchar,
    start_day date not null, -- first day paid: after the trial
    end_day date, -- first day no longer paid
    status varchar
);

create table landed_responses (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    response_id varchar not null, -- a keyed hash
    question varchar not null,
    kind varchar not null, -- nps, csat, ces, pmf, engagement, enps
    wave varchar not null,
    day date not null,
    stream varchar not null,
    score decimal(9, 2) not null,
    scale_min decimal(9, 2) not null,
    scale_max decimal(9, 2) not null,
    comment varchar,
    language varchar
);

create table landed_deals (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    deal_id varchar not null,
    stream varchar not null,
    amount decimal(18, 2),
    stage varchar,
    outcome varchar not null, -- open, won, lost, no_decision
    created_day date,
    closed_day date,
    competitor varchar,
    loss_reason varchar
);

create table landed_observations (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    metric varchar not null,
    stream varchar not null,
    day date not null,
    grain varchar not null,
    dimension varchar not null,
    member varchar not null,
    value decimal(28, 6) not null,
    unit varchar
);

create view winning_slices as
select s.import_id, s.dataset, s.source, s.stream, s.day
from slices as s
join imports as i on i.import_id = s.import_id
qualify row_number() over (
    partition by s.dataset, s.source, s.stream, s.day order by i.observed_at desc, s.import_id desc
) = 1;

create view events as
select e.source, e.stream, e.time, e.day, e.user_key, e.account_key, e.event, e.feature, e.session,
    e.platform, e.country, e.plan
from landed_events as e
join winning_slices as w
    on w.dataset = 'events' and w.import_id = e.import_id and w.source = e.source
    and w.stream = e.stream and w.day = e.day;

create view ledger as
select l.source, l.stream, l.day, l.journal, l.account, l.amount, l.currency
from landed_ledger as l
join winning_slices as w
    on w.dataset = 'ledger' and w.import_id = l.import_id and w.source = l.source
    and w.stream = '' and w.day = l.day;

create view work_item_versions as
select * exclude (import_id) from landed_work_items
qualify row_number() over (
    partition by source, item_id, observed_at order by import_id desc
) = 1;

create view work_items as
select * exclude (import_id) from landed_work_items
qualify row_number() over (
    partition by source, item_id order by observed_at desc, import_id desc
) = 1;

create view work_item_sprints as
select source, item_id, observed_at, unnest(sprints) as sprint from work_item_versions;

create view sprints as
select * exclude (import_id) from landed_sprints
qualify row_number() over (
    partition by source, stream, sprint order by observed_at desc, import_id desc
) = 1;

create view subscription_versions as
select * exclude (import_id) from landed_subscriptions
qualify row_number() over (
    partition by source, subscription_id, observed_at order by import_id desc
) = 1;

create view subscriptions as
select * exclude (import_id) from landed_subscriptions
qualify row_number() over (
    partition by source, subscription_id order by observed_at desc, import_id desc
) = 1;

create view responses as
select * exclude (import_id) from landed_responses
qualify row_number() over (
    partition by source, response_id, question order by observed_at desc, import_id desc
) = 1;

create view deals as
select * exclude (import_id) from landed_deals
qualify row_number() over (
    partition by source, deal_id order by observed_at desc, import_id desc
) = 1;

create view observations as
select * exclude (import_id) from landed_observations
qualify row_number() over (
    partition by source, metric, stream, day, grain, dimension, member
    order by observed_at desc, import_id desc
) = 1;
