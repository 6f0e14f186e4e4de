-- rival_rating_reviews: flow, number
-- expression: rival_reviews
-- model: rating_pairs
WITH rating_pairs AS (
  SELECT
    s.product,
    r.day,
    r.store,
    SUM(CASE WHEN r.is_own THEN r.rating * r.reviews END) AS own_points,
    SUM(CASE WHEN r.is_own THEN r.reviews END) AS own_reviews,
    SUM(CASE WHEN NOT r.is_own THEN r.rating * r.reviews END) AS rival_points,
    SUM(CASE WHEN NOT r.is_own THEN r.reviews END) AS rival_reviews
  FROM ratings AS r
  JOIN streams AS s
    ON s.source = r.source AND s.stream = r.stream
  WHERE
    NOT (
      s.product IS NULL
    )
  GROUP BY
    s.product,
    r.source,
    r.day,
    r.store
  HAVING
    SUM(CASE WHEN r.is_own THEN 1 ELSE 0 END) > 0
    AND SUM(CASE WHEN r.is_own THEN 0 ELSE 1 END) > 0
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    rival_reviews AS amount
  FROM rating_pairs
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
