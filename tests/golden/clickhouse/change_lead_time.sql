-- change_lead_time: quantile, hours
-- expression: lead_hours
-- model: production_changes
-- quantile: 0.5
WITH production_changes AS (
  SELECT
    s.squad,
    c.day,
    c.deployment_id,
    c.change_id,
    c.lead_hours
  FROM deployed_changes AS c
  JOIN streams AS s
    ON s.source = c.source AND s.stream = c.stream
  WHERE
    NOT (
      s.squad IS NULL
    ) AND c.environment = 'production'
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    lead_hours AS amount
  FROM production_changes
  WHERE
    NOT (
      squad IS NULL
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
