-- market_products: distinct, count
-- expression: product
-- model: market_shares
WITH facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    product AS entity
  FROM market_shares
  WHERE
    NOT (
      product IS NULL
    )
), touched AS (
  SELECT
    f.cut,
    m.chunk,
    d.period_index,
    f.entity,
    groupBitOr(m.mask) AS mask
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  JOIN member_masks AS m
    ON m.member = f.member
  WHERE
    NOT (
      f.entity IS NULL
    )
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
  CAST(c.cut AS Nullable(String)) AS cut,
  CAST(b.set_id AS Nullable(Int64)) AS set_id,
  CAST(c.period_index AS Nullable(Int64)) AS period_index,
  CAST(SUM(c.entity_count) AS Nullable(Float64)) AS value,
  CAST(SUM(c.entity_count) AS Nullable(Float64)) AS n
FROM counted AS c
JOIN set_bits AS b
  ON b.chunk = c.chunk AND (
    bitAnd(c.mask, b.bit)
  ) <> 0
GROUP BY
  c.cut,
  b.set_id,
  c.period_index
