-- member: product
-- datasets:
-- dimensions: feature, tag, country, plan, platform
-- Uses of features by the tags that their product gave them: one row per tag.
select
    f.product,
    f.user_key,
    f.day,
    f.feature,
    t.tag,
    f.country,
    f.plan,
    f.platform
from feature_days as f
join feature_tags as t on t.product = f.product and t.feature = f.feature
