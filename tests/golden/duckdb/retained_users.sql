-- retained_users: distinct, count
-- expression: user_key
-- model: activity_days
-- movement: retained
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
), both_ends AS (
  SELECT
    cut,
    chunk,
    entity,
    period_index,
    mask AS now_mask,
    0 AS previous_mask
  FROM touched
  UNION ALL
  SELECT
    cut,
    chunk,
    entity,
    period_index + 1 AS period_index,
    0 AS now_mask,
    mask AS previous_mask
  FROM touched
), ends AS (
  SELECT
    cut,
    chunk,
    entity,
    period_index,
    BIT_OR(now_mask) AS now_mask,
    BIT_OR(previous_mask) AS previous_mask
  FROM both_ends
  GROUP BY
    cut,
    chunk,
    entity,
    period_index
), histories AS (
  SELECT
    cut,
    chunk,
    period_index,
    now_mask,
    previous_mask,
    COALESCE(
      BIT_OR(now_mask) OVER (
        PARTITION BY cut, chunk, entity
        ORDER BY period_index
        rows BETWEEN UNBOUNDED preceding AND 1 preceding
      ),
      0
    ) AS ever_mask
  FROM ends
), movements AS (
  SELECT
    cut,
    chunk,
    period_index,
    now_mask - (
      now_mask & ever_mask
    ) AS new_mask,
    now_mask & previous_mask AS retained_mask,
    (
      now_mask & ever_mask
    ) - (
      now_mask & ever_mask & previous_mask
    ) AS resurrected_mask,
    previous_mask - (
      previous_mask & now_mask
    ) AS churned_mask
  FROM histories
), counted AS (
  SELECT
    cut,
    chunk,
    period_index,
    new_mask,
    retained_mask,
    resurrected_mask,
    churned_mask,
    COUNT(*) AS entity_count
  FROM movements
  GROUP BY
    cut,
    chunk,
    period_index,
    new_mask,
    retained_mask,
    resurrected_mask,
    churned_mask
)
SELECT
  CAST(c.cut AS TEXT) AS cut,
  CAST(b.set_id AS BIGINT) AS set_id,
  CAST(c.period_index AS BIGINT) AS period_index,
  CAST(SUM(CASE WHEN (
    c.new_mask & b.bit
  ) <> 0 THEN c.entity_count ELSE 0 END) AS DOUBLE) AS new,
  CAST(SUM(CASE WHEN (
    c.retained_mask & b.bit
  ) <> 0 THEN c.entity_count ELSE 0 END) AS DOUBLE) AS retained,
  CAST(SUM(CASE WHEN (
    c.resurrected_mask & b.bit
  ) <> 0 THEN c.entity_count ELSE 0 END) AS DOUBLE) AS resurrected,
  CAST(SUM(CASE WHEN (
    c.churned_mask & b.bit
  ) <> 0 THEN c.entity_count ELSE 0 END) AS DOUBLE) AS churned
FROM counted AS c
JOIN set_bits AS b
  ON b.chunk = c.chunk
  AND (
    (
      c.new_mask & b.bit
    ) <> 0
    OR (
      c.retained_mask & b.bit
    ) <> 0
    OR (
      c.resurrected_mask & b.bit
    ) <> 0
    OR (
      c.churned_mask & b.bit
    ) <> 0
  )
GROUP BY
  c.cut,
  b.set_id,
  c.period_index
