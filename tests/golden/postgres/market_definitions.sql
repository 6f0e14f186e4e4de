-- market_definitions: distinct, count
-- expression: market
-- model: market_shares
WITH facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    market AS entity
  FROM market_shares
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
  CAST(c.cut AS VARCHAR) AS cut,
  CAST(b.set_id AS BIGINT) AS set_id,
  CAST(c.period_index AS BIGINT) AS period_index,
  CAST(SUM(c.entity_count) AS DOUBLE PRECISION) AS value,
  CAST(SUM(c.entity_count) AS DOUBLE PRECISION) AS n
FROM counted AS c
JOIN set_bits AS b
  ON b.chunk = c.chunk AND (
    c.mask & b.bit
  ) <> 0
GROUP BY
  c.cut,
  b.set_id,
  c.period_index
