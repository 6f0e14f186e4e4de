-- rolling_active_users: rolling, count
-- expression: user_key
-- model: activity_days
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
    f.entity,
    f.day,
    BIT_OR(m.mask) AS mask
  FROM facts AS f
  JOIN member_masks AS m
    ON m.member = f.member
  WHERE
    NOT f.entity IS NULL
  GROUP BY
    f.cut,
    m.chunk,
    f.entity,
    f.day
), bounded AS (
  SELECT
    cut,
    chunk,
    entity,
    day,
    mask,
    LEAD(day) OVER (PARTITION BY cut, chunk, entity ORDER BY day) AS next_day,
    MIN(mask) OVER (PARTITION BY cut, chunk, entity) AS least_mask,
    MAX(mask) OVER (PARTITION BY cut, chunk, entity) AS greatest_mask
  FROM touched
), steady_spells AS (
  SELECT
    cut,
    chunk,
    mask,
    day,
    CASE WHEN next_day IS NULL OR next_day > day + 28 THEN day + 28 ELSE next_day END AS until_day
  FROM bounded
  WHERE
    least_mask = greatest_mask
), mixed_days AS (
  SELECT
    t.cut,
    b.set_id,
    t.entity,
    t.day,
    LEAD(t.day) OVER (PARTITION BY t.cut, b.set_id, t.entity ORDER BY t.day) AS next_day
  FROM bounded AS t
  JOIN set_bits AS b
    ON b.chunk = t.chunk AND (
      t.mask & b.bit
    ) <> 0
  WHERE
    t.least_mask <> t.greatest_mask
), mixed_spells AS (
  SELECT
    cut,
    set_id,
    day,
    CASE WHEN next_day IS NULL OR next_day > day + 28 THEN day + 28 ELSE next_day END AS until_day
  FROM mixed_days
), steady_steps AS (
  SELECT
    cut,
    chunk,
    mask,
    day,
    COUNT(*) AS step
  FROM steady_spells
  GROUP BY
    cut,
    chunk,
    mask,
    day
  UNION ALL
  SELECT
    cut,
    chunk,
    mask,
    until_day AS day,
    -COUNT(*) AS step
  FROM steady_spells
  GROUP BY
    cut,
    chunk,
    mask,
    until_day
), mixed_steps AS (
  SELECT
    cut,
    set_id,
    day,
    COUNT(*) AS step
  FROM mixed_spells
  GROUP BY
    cut,
    set_id,
    day
  UNION ALL
  SELECT
    cut,
    set_id,
    until_day AS day,
    -COUNT(*) AS step
  FROM mixed_spells
  GROUP BY
    cut,
    set_id,
    until_day
), steps AS (
  SELECT
    s.cut,
    b.set_id,
    s.day,
    s.step
  FROM steady_steps AS s
  JOIN set_bits AS b
    ON b.chunk = s.chunk AND (
      s.mask & b.bit
    ) <> 0
  UNION ALL
  SELECT
    cut,
    set_id,
    day,
    step
  FROM mixed_steps
), daily AS (
  SELECT
    cut,
    set_id,
    day,
    SUM(step) AS step
  FROM steps
  GROUP BY
    cut,
    set_id,
    day
)
SELECT
  CAST(t.cut AS TEXT) AS cut,
  CAST(t.set_id AS BIGINT) AS set_id,
  CAST(p.period_index AS BIGINT) AS period_index,
  CAST(SUM(t.step) AS DOUBLE) AS value,
  CAST(SUM(t.step) AS DOUBLE) AS n
FROM daily AS t
JOIN periods AS p
  ON t.day <= p.end_day
GROUP BY
  t.cut,
  t.set_id,
  p.period_index
