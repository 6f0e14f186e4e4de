-- mean_daily_active_users: rolling, number
-- expression: user_key
-- model: activity_days
-- statistic: daily_mean
-- window: 28
WITH facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    user_key AS entity
  FROM activity_days
  WHERE
    NOT product IS NULL
), touched AS (
  SELECT
    f.cut,
    m.chunk,
    f.day,
    f.entity,
    BIT_OR(m.mask) AS mask
  FROM facts AS f
  JOIN member_masks AS m
    ON m.member = f.member
  WHERE
    NOT f.entity IS NULL
  GROUP BY
    f.cut,
    m.chunk,
    f.day,
    f.entity
), counted AS (
  SELECT
    cut,
    chunk,
    day,
    mask,
    COUNT(*) AS entity_count
  FROM touched
  GROUP BY
    cut,
    chunk,
    day,
    mask
), daily AS (
  SELECT
    c.cut,
    b.set_id,
    c.day,
    SUM(c.entity_count) AS entity_count
  FROM counted AS c
  JOIN set_bits AS b
    ON b.chunk = c.chunk AND (
      c.mask & b.bit
    ) <> 0
  GROUP BY
    c.cut,
    b.set_id,
    c.day
)
SELECT
  CAST(t.cut AS VARCHAR) AS cut,
  CAST(t.set_id AS BIGINT) AS set_id,
  CAST(p.period_index AS BIGINT) AS period_index,
  CAST(CAST(SUM(t.entity_count) AS DOUBLE PRECISION) / NULLIF(CAST(28 AS DOUBLE PRECISION), 0) AS DOUBLE PRECISION) AS value,
  CAST(SUM(t.entity_count) AS DOUBLE PRECISION) AS n
FROM daily AS t
JOIN periods AS p
  ON t.day <= p.end_day AND t.day > p.end_day - 28
GROUP BY
  t.cut,
  t.set_id,
  p.period_index
