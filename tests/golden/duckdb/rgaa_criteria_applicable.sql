-- rgaa_criteria_applicable: stock, number
-- expression: value
-- filter: metric = 'rgaa_criteria_applicable'
-- model: observed_levels
WITH observed_levels AS (
  SELECT
    s.product,
    o.day AS start_day,
    LEAD(o.day) OVER (PARTITION BY o.source, o.stream, o.metric ORDER BY o.day) AS end_day,
    o.metric,
    o.grain,
    o.value,
    o.unit
  FROM observations AS o
  JOIN streams AS s
    ON s.source = o.source AND s.stream = o.stream
  WHERE
    NOT s.product IS NULL AND o.dimension = ''
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    start_day,
    end_day,
    value AS amount
  FROM observed_levels
  WHERE
    NOT product IS NULL AND (
      metric = 'rgaa_criteria_applicable'
    )
), by_member AS (
  SELECT
    f.cut,
    f.member,
    p.period_index,
    SUM(f.amount) AS amount,
    COUNT(*) AS fact_count
  FROM facts AS f
  JOIN periods AS p
    ON f.start_day <= p.end_day AND (
      f.end_day IS NULL OR f.end_day > p.end_day
    )
  GROUP BY
    f.cut,
    f.member,
    p.period_index
)
SELECT
  CAST(b.cut AS TEXT) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(SUM(b.amount) AS DOUBLE) AS value,
  CAST(SUM(b.fact_count) AS DOUBLE) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
