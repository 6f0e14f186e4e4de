-- recovery_time: quantile, hours
-- expression: recovery_hours
-- model: recovered_deployments
-- quantile: 0.5
WITH recovered_deployments AS (
  SELECT
    s.squad,
    d.restored_day AS day,
    d.deployment_id,
    d.recovery_hours
  FROM deployments AS d
  JOIN streams AS s
    ON s.source = d.source AND s.stream = d.stream
  WHERE
    NOT s.squad IS NULL
    AND d.environment = 'production'
    AND NOT d.recovery_hours IS NULL
    AND NOT d.restored_day IS NULL
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    recovery_hours AS amount
  FROM recovered_deployments
  WHERE
    NOT squad IS NULL
)
SELECT
  CAST(f.cut AS TEXT) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(d.period_index AS BIGINT) AS period_index,
  CAST(QUANTILE_CONT(f.amount, 0.5) AS DOUBLE) AS value,
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
