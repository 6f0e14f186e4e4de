-- cycle_time_p85: quantile, days
-- expression: cycle_days
-- model: finished_items
-- quantile: 0.85
WITH facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    cycle_days AS amount
  FROM finished_items
  WHERE
    NOT (
      squad IS NULL
    )
)
SELECT
  CAST(f.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(d.period_index AS Nullable(Int64)) AS period_index,
  CAST(quantileExactInclusive(0.85)(f.amount) AS Nullable(Float64)) AS value,
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
