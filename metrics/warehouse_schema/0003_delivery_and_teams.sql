-- Deployments, skills and the need for them, invitations to surveys, who held which role; and what
-- the figures of delivery read of work items beside their state: labels, blockers, criteria.

alter table landed_work_items add column has_criteria boolean; -- whether acceptance criteria are written

create or replace view work_item_versions as
select * exclude (import_id) replace (coalesce(observed_day, cast(observed_at as date)) as observed_day)
from landed_work_items
qualify row_number() over (
    partition by source, item_id, observed_at order by import_id desc
) = 1;

create or replace view work_items as
select * exclude (import_id) replace (coalesce(observed_day, cast(observed_at as date)) as observed_day)
from landed_work_items
qualify row_number() over (
    partition by source, item_id order by observed_at desc, import_id desc
) = 1;

create view work_item_labels as
select distinct source, item_id, lower(unnest(labels)) as label from work_items;

create view work_item_blockers as
select source, item_id, observed_at, unnest(blocked_by) as blocker from work_item_versions;

-- Who held PM or PO for a product: by the product, its line, the company, or a squad that worked on it.
create table product_roles (
    product varchar not null,
    role varchar not null, -- PM, PO
    person varchar not null,
    start_day date not null,
    end_day date -- first day no longer; null while it lasts
);

-- What a person is called in files (their key, name and address, in lower case).
create table people_names (
    name varchar not null,
    person varchar not null
);

create table landed_deployments (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    deployment_id varchar not null,
    change_id varchar not null, -- '' when a deployment is told as a whole
    stream varchar not null,
    environment varchar not null, -- production, or another one's name
    deployed_at timestamp not null, -- UTC
    day date not null, -- local to the company
    failed boolean not null,
    restored_at timestamp,
    restored_day date,
    committed_at timestamp -- of the change, or the earliest of those deployed
);

create view deployed_changes as
select * exclude (import_id),
    case when committed_at <= deployed_at
        then date_diff('second', committed_at, deployed_at) / 3600.0
    end as lead_hours
from landed_deployments
qualify row_number() over (
    partition by source, deployment_id, change_id order by observed_at desc, import_id desc
) = 1;

-- One row a deployment, as its newest export tells it, however many changes it brought.
create view deployments as
select source, deployment_id, stream, environment, deployed_at, day, failed, restored_day,
    case when failed and restored_at >= deployed_at
        then date_diff('second', deployed_at, restored_at) / 3600.0
    end as recovery_hours
from landed_deployments
qualify row_number() over (
    partition by source, deployment_id
    order by observed_at desc, import_id desc, failed desc, change_id
) = 1;

create table landed_skills (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    person varchar not null, -- as the file calls them, in lower case
    stream varchar not null, -- the squad, if the file names it
    skill varchar not null,
    skill_key varchar not null, -- in lower case, so that spellings meet
    day date not null, -- of the assessment
    level decimal(9, 2) -- null when the file only lists who has the skill
);

create view skills as
select * exclude (import_id) from landed_skills
qualify row_number() over (
    partition by source, person, skill_key, day order by observed_at desc, import_id desc
) = 1;

create table landed_skill_needs (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    stream varchar not null, -- the squad
    skill varchar not null,
    skill_key varchar not null,
    required_level decimal(9, 2), -- null: any level will do
    start_day date not null, -- 1900-01-01 when the file does not say
    end_day date -- first day no longer needed
);

create view skill_needs as
select * exclude (import_id) from landed_skill_needs
qualify row_number() over (
    partition by source, stream, skill_key, start_day order by observed_at desc, import_id desc
) = 1;

create table landed_survey_waves (
    import_id integer not null,
    source varchar not null,
    observed_at timestamp not null,
    wave varchar not null,
    stream varchar not null,
    start_day date not null,
    end_day date not null, -- last day to answer, inclusive
    invited integer not null
);

create view survey_waves as
select * exclude (import_id) from landed_survey_waves
qualify row_number() over (
    partition by source, stream, wave order by observed_at desc, import_id desc
) = 1;
