-- member: product
-- datasets:
-- dimensions: feature
-- Active users by the features they may use, of the features that not everyone may: by plan, or as
-- the product's own list of users says.
select
    a.product,
    a.user_key,
    a.day,
    e.feature
from activity_days as a
join feature_eligibility as e on e.product = a.product and e.plan = a.plan
union all
select
    a.product,
    a.user_key,
    a.day,
    e.feature
from activity_days as a
join feature_eligibility as e on e.product = a.product and e.plan is null
join user_features as u on u.user_key = a.user_key and u.feature = e.feature
join streams as s on s.source = u.source and s.stream = u.stream and s.product = a.product
