-- time_to_value: quantile, hours
-- elapsed: activation
-- expression: case when days_to_activation <= activation_days then hours_to_activation end
-- model: signup_cohorts
-- quantile: 0.5
WITH facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    CASE WHEN days_to_activation <= activation_days THEN hours_to_activation END AS amount
  FROM signup_cohorts
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
