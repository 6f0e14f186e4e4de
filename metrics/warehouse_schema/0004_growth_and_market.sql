-- What is meant to be built and why, what is aimed at, and what the market looks like.

-- An initiative names its product by `stream` and its squad by `squad_stream`.
create table landed_initiatives (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    observed_day date not null,
    initiative_id varchar not null,
    stream varchar not null,
    squad_stream varchar not null,
    title varchar,
    status varchar,
    state varchar not null, -- planned, under_way, shipped, dropped
    reach decimal(18, 2),
    impact decimal(9, 2),
    confidence decimal(9, 4), -- 0 to 1
    effort decimal(9, 2), -- person-months
    rice decimal(18, 2), -- as the tool gives it
    moscow varchar, -- must, should, could, wont
    target_kpi varchar,
    expected_effect varchar,
    expected_direction integer, -- +1 up, -1 down
    objective varchar,
    origin varchar,
    origin_kind varchar, -- feedback, loss, discovery, other
    work varchar, -- the parent under which trackers keep its items
    begun_day date,
    first_due_day date, -- as the export itself states it
    due_day date,
    shipped_day date,
    review_day date,
    link varchar
);

create table landed_discoveries (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    discovery_id varchar not null,
    stream varchar not null,
    day date not null,
    kind varchar,
    people_heard integer,
    insight varchar,
    initiative varchar -- id or title of the initiative it led to
);

create table landed_objectives (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    objective varchar not null,
    stream varchar not null, -- a product; '' for the company
    owner varchar,
    period_start date not null,
    period_end date not null -- last day, inclusive
);

create table landed_key_results (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    observed_day date not null,
    key_result varchar not null,
    objective varchar,
    stream varchar not null, -- a product; '' for the company
    owner varchar,
    period_start date not null,
    period_end date not null, -- last day, inclusive
    start_value decimal(28, 6) not null,
    target_value decimal(28, 6) not null,
    current_value decimal(28, 6),
    kpi varchar -- the KPI it reads
);

-- One figure per market, period and player. A market is one definition in one unit.
create table landed_market (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    market varchar not null,
    stream varchar not null, -- a product; the player itself where the file names none
    player varchar not null,
    role varchar not null, -- own, player (ours if its name is a product's), other, total
    day date not null, -- the period's first day
    grain varchar not null,
    segment varchar,
    definition varchar,
    unit varchar,
    value decimal(28, 6) not null
);

create table landed_ratings (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    stream varchar not null,
    day date not null,
    store varchar not null,
    player varchar not null,
    is_own boolean not null,
    rating decimal(9, 4) not null,
    reviews bigint not null -- how many the rating is the mean of; 1 when the source does not say
);

-- When a free user counts as qualified: an event, so many times. Each product's newest version holds.
create table landed_qualifying_usage (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    stream varchar not null,
    version integer not null,
    event varchar not null,
    least_count integer not null,
    free_plan varchar not null
);

create view initiative_versions as
select * exclude (import_id) from landed_initiatives
qualify row_number() over (
    partition by source, initiative_id, observed_at order by import_id desc
) = 1;

create view initiatives as
select * exclude (import_id) from landed_initiatives
qualify row_number() over (
    partition by source, initiative_id order by observed_at desc, import_id desc
) = 1;

create view discoveries as
select * exclude (import_id) from landed_discoveries
qualify row_number() over (
    partition by source, discovery_id order by observed_at desc, import_id desc
) = 1;

create view objectives as
select * exclude (import_id) from landed_objectives
qualify row_number() over (
    partition by source, stream, objective, period_start order by observed_at desc, import_id desc
) = 1;

create view key_result_versions as
select * exclude (import_id) from landed_key_results
qualify row_number() over (
    partition by source, stream, key_result, period_start, observed_at order by import_id desc
) = 1;

create view key_results as
select * exclude (import_id) from landed_key_results
qualify row_number() over (
    partition by source, stream, key_result, period_start order by observed_at desc, import_id desc
) = 1;

create view market as
select * exclude (import_id) from landed_market
qualify row_number() over (
    partition by source, market, stream, player, day, grain order by observed_at desc, import_id desc
) = 1;

create view ratings as
select * exclude (import_id) from landed_ratings
qualify row_number() over (
    partition by source, stream, day, store, player order by observed_at desc, import_id desc
) = 1;

create view qualifying_usage as
select * exclude (import_id) from landed_qualifying_usage
qualify row_number() over (
    partition by source, stream order by version desc, observed_at desc, import_id desc
) = 1;
