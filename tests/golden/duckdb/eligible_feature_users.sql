-- eligible_feature_users: distinct, count
-- expression: user_key
-- model: eligible_feature_days
WITH eligible_feature_days AS (
  SELECT
    a.product,
    a.user_key,
    a.day,
    e.feature
  FROM activity_days AS a
  JOIN feature_eligibility AS e
    ON e.product = a.product AND e.plan = a.plan
  UNION ALL
  SELECT
    a.product,
    a.user_key,
    a.day,
    e.feature
  FROM activity_days AS a
  JOIN feature_eligibility AS e
    ON e.product = a.product AND e.plan IS NULL
  JOIN user_features AS u
    ON u.user_key = a.user_key AND u.feature = e.feature
  JOIN streams AS s
    ON s.source = u.source AND s.stream = u.stream AND s.product = a.product
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    user_key AS entity
  FROM eligible_feature_days
  WHERE
    NOT product IS NULL
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
  CAST(c.cut AS TEXT) AS cut,
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
