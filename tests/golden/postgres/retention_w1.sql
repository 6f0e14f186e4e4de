-- retention_w1: cohort, rate
-- after: 1
-- expression: user_key
-- model: activity_days
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
), histories AS (
  SELECT
    cut,
    chunk,
    entity,
    period_index,
    mask,
    COALESCE(
      BIT_OR(mask) OVER (
        PARTITION BY cut, chunk, entity
        ORDER BY period_index
        rows BETWEEN UNBOUNDED preceding AND 1 preceding
      ),
      0
    ) AS ever_mask
  FROM touched
), cohorts AS (
  SELECT
    cut,
    chunk,
    entity,
    period_index,
    mask - (
      mask & ever_mask
    ) AS new_mask
  FROM histories
), returns AS (
  SELECT
    c.cut,
    c.chunk,
    c.period_index,
    c.new_mask,
    c.new_mask & COALESCE(t.mask, 0) AS back_mask
  FROM cohorts AS c
  LEFT JOIN touched AS t
    ON t.cut = c.cut
    AND t.chunk = c.chunk
    AND t.entity = c.entity
    AND t.period_index = c.period_index + 1
  WHERE
    c.new_mask <> 0
), counted AS (
  SELECT
    cut,
    chunk,
    period_index,
    new_mask,
    back_mask,
    COUNT(*) AS entity_count
  FROM returns
  GROUP BY
    cut,
    chunk,
    period_index,
    new_mask,
    back_mask
)
SELECT
  CAST(c.cut AS VARCHAR) AS cut,
  CAST(b.set_id AS BIGINT) AS set_id,
  CAST(c.period_index AS BIGINT) AS period_index,
  CAST(SUM(CASE WHEN (
    c.back_mask & b.bit
  ) <> 0 THEN c.entity_count ELSE 0 END) AS DOUBLE PRECISION) AS reached,
  CAST(SUM(c.entity_count) AS DOUBLE PRECISION) AS entered
FROM counted AS c
JOIN set_bits AS b
  ON b.chunk = c.chunk AND (
    c.new_mask & b.bit
  ) <> 0
GROUP BY
  c.cut,
  b.set_id,
  c.period_index
