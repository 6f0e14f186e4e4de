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
    ) AS DOUBLE) / NULLIF(CAST(86400000 AS DOUBLE), 0) AS days_to_resolution
  FROM feedback AS f
  JOIN streams AS s
    ON s.source = f.source AND s.stream = f.stream
  WHERE
    NOT s.product IS NULL AND f.kind = 'ticket' AND NOT f.resolved_day IS NULL
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    days_to_resolution AS amount
  FROM tickets
  WHERE
    NOT product IS NULL
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
