-- ai_feature_users: distinct, count
-- expression: user_key
-- filter: lower(tag) = 'ai'
-- model: tagged_feature_days
WITH tagged_feature_days AS (
  SELECT
    f.product,
    f.user_key,
    f.day,
    f.feature,
    t.tag,
    f.country,
    f.plan,
    f.platform
  FROM feature_days AS f
  JOIN feature_tags AS t
    ON t.product = f.product AND t.feature = f.feature
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    user_key AS entity
  FROM tagged_feature_days
  WHERE
    NOT product IS NULL AND (
      LOWER(tag) = 'ai'
    )
), touched AS (
  SELECT
    f.cut,
    m.chunk,
    d.period_index,
    f.entity,
    BIT_OR(m.mask) AS mask
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  JOIN member_masks AS m
    ON m.member = f.member
  WHERE
    NOT f.entity IS NULL
  GROUP BY
    f.cut,
    m.chunk,
    d.period_index,
    f.entity
), counted AS (
  SELECT
    cut,
    chunk,
    period_index,
    mask,
    COUNT(*) AS entity_count
  FROM touched
  GROUP BY
    cut,
    chunk,
    period_index,
    mask
)
SELECT
  CAST(c.cut AS STRING) AS cut,
  CAST(b.set_id AS BIGINT) AS set_id,
  CAST(c.period_index AS BIGINT) AS period_index,
  CAST(SUM(c.entity_count) AS DOUBLE) AS value,
  CAST(SUM(c.entity_count) AS DOUBLE) AS n
FROM counted AS c
JOIN set_bits AS b
  ON b.chunk = c.chunk AND (
    c.mask & b.bit
  ) <> 0
GROUP BY
  c.cut,
  b.set_id,
  c.period_index
