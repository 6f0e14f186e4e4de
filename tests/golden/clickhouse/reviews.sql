-- reviews: flow, count
-- expression: 1
-- model: store_reviews
WITH store_reviews AS (
  SELECT
    s.product,
    f.day,
    f.source,
    f.language,
    f.rating AS stars
  FROM feedback AS f
  JOIN streams AS s
    ON s.source = f.source AND s.stream = f.stream
  WHERE
    NOT (
      s.product IS NULL
    )
    AND f.kind = 'review'
    AND f.scale_max = 5
    AND NOT (
      f.rating IS NULL
    )
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    1 AS amount
  FROM store_reviews
  WHERE
    NOT (
      product IS NULL
    )
), by_member AS (
  SELECT
    f.cut,
    f.member,
    d.period_index,
    SUM(f.amount) AS amount,
    COUNT(*) AS fact_count
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  GROUP BY
    f.cut,
    f.member,
    d.period_index
)
SELECT
  CAST(b.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(b.period_index AS Nullable(Int64)) AS period_index,
  CAST(SUM(b.amount) AS Nullable(Float64)) AS value,
  CAST(SUM(b.fact_count) AS Nullable(Float64)) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
