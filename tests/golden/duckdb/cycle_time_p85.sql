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
    NOT squad IS NULL
)
SELECT
  CAST(f.cut AS TEXT) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(d.period_index AS BIGINT) AS period_index,
  CAST(QUANTILE_CONT(f.amount, 0.85) AS DOUBLE) AS value,
  CAST(COUNT(f.amount) AS DOUBLE) AS n,
  CAST(COUNT(*) AS DOUBLE) AS entered
FROM facts AS f
JOIN days AS d
  ON d.day = f.day
JOIN set_members AS s
  ON s.member = f.member
GROUP BY
  f.cut,
  s.set_id,
  d.period_index
