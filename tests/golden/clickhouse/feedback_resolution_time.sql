-- feedback_resolution_time: quantile, days
-- expression: days_to_resolution
-- model: tickets
-- quantile: 0.5
WITH tickets AS (
  SELECT
    s.product,
    f.source,
    f.feedback_id,
    f.resolved_day AS day,
    CAST((
      f.resolved_ms - f.opened_ms
    ) AS Nullable(Float64)) / nullIf(CAST(86400000 AS Nullable(Float64)), 0) AS days_to_resolution
  FROM feedback AS f
  JOIN streams AS s
    ON s.source = f.source AND s.stream = f.stream
  WHERE
    NOT (
      s.product IS NULL
    )
    AND f.kind = 'ticket'
    AND NOT (
      f.resolved_day IS NULL
    )
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    days_to_resolution AS amount
  FROM tickets
  WHERE
    NOT (
      product IS NULL
    )
)
SELECT
  CAST(f.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(d.period_index AS Nullable(Int64)) AS period_index,
  CAST(quantileExactInclusive(0.5)(f.amount) AS Nullable(Float64)) AS value,
  CAST(COUNT(f.amount) AS Nullable(Float64)) AS n,
  CAST(COUNT(*) AS Nullable(Float64)) AS entered
FROM facts AS f
JOIN days AS d
  ON d.day = f.day
JOIN set_members AS s
  ON s.member = f.member
GROUP BY
  f.cut,
  s.set_id,
  d.period_index
