-- open_ticket_age: quantile, days
-- expression: start_day
-- model: open_tickets
-- quantile: 0.5
-- statistic: age
WITH open_tickets AS (
  SELECT
    s.product,
    f.source,
    f.feedback_id,
    f.day AS start_day,
    f.resolved_day AS end_day
  FROM feedback AS f
  JOIN streams AS s
    ON s.source = f.source AND s.stream = f.stream
  WHERE
    NOT (
      s.product IS NULL
    )
    AND f.kind = 'ticket'
    AND (
      f.status = 'open' OR NOT (
        f.resolved_day IS NULL
      )
    )
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    start_day,
    end_day,
    start_day AS amount
  FROM open_tickets
  WHERE
    NOT (
      product IS NULL
    )
)
SELECT
  CAST(f.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(p.period_index AS Nullable(Int64)) AS period_index,
  CAST(quantileExactInclusive(0.5)(DATE_DIFF(DAY, f.amount, p.end_day)) AS Nullable(Float64)) AS value,
  CAST(COUNT(*) AS Nullable(Float64)) AS n
FROM facts AS f
JOIN periods AS p
  ON f.start_day <= p.end_day AND (
    f.end_day IS NULL OR f.end_day > p.end_day
  )
JOIN set_members AS s
  ON s.member = f.member
WHERE
  NOT (
    f.amount IS NULL
  )
GROUP BY
  f.cut,
  s.set_id,
  p.period_index
