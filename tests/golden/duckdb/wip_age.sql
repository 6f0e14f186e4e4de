-- wip_age: quantile, days
-- expression: begun_day
-- model: work_in_progress
-- quantile: 0.5
-- statistic: age
WITH facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    start_day,
    end_day,
    begun_day AS amount
  FROM work_in_progress
  WHERE
    NOT squad IS NULL
)
SELECT
  CAST(f.cut AS TEXT) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(p.period_index AS BIGINT) AS period_index,
  CAST(QUANTILE_CONT(DATE_DIFF('DAY', CAST(f.amount AS DATE), CAST(p.end_day AS DATE)), 0.5) AS DOUBLE) AS value,
  CAST(COUNT(*) AS DOUBLE) AS n
FROM facts AS f
JOIN periods AS p
  ON f.start_day <= p.end_day AND (
    f.end_day IS NULL OR f.end_day > p.end_day
  )
JOIN set_members AS s
  ON s.member = f.member
WHERE
  NOT f.amount IS NULL
GROUP BY
  f.cut,
  s.set_id,
  p.period_index
