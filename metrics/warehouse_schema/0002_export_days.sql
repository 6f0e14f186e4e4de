-- The company's local day on which an export was taken: `observed_at` is UTC, and midnight in Paris
-- is still the day before. Rows landed earlier have only their UTC day.
alter table landed_work_items add column observed_day date;
alter table landed_subscriptions add column observed_day date;

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

create or replace view subscription_versions as
select * exclude (import_id) replace (coalesce(observed_day, cast(observed_at as date)) as observed_day)
from landed_subscriptions
qualify row_number() over (
    partition by source, subscription_id, observed_at order by import_id desc
) = 1;

create or replace view subscriptions as
select * exclude (import_id) replace (coalesce(observed_day, cast(observed_at as date)) as observed_day)
from landed_subscriptions
qualify row_number() over (
    partition by source, subscription_id order by observed_at desc, import_id desc
) = 1;
