-- carbon_grams: flow, number
-- expression: value
-- filter: metric = 'carbon_grams'
-- model: observed_figures
WITH told AS (
  SELECT
    s.product,
    o.source,
    o.day,
    o.metric,
    o.grain,
    o.value,
    o.unit,
    MAX(o.observed_at) OVER (PARTITION BY s.product, o.metric, o.day, o.grain, o.source) AS told_at
  FROM observations AS o
  JOIN streams AS s
    ON s.source = o.source AND s.stream = o.stream
  WHERE
    NOT s.product IS NULL AND o.dimension = ''
), ordered AS (
  SELECT
    *,
    FIRST_VALUE(source) OVER (PARTITION BY product, metric, day, grain ORDER BY told_at DESC, source NULLS LAST) AS latest_source
  FROM told
), observed_figures AS (
  SELECT
    product,
    day,
    metric,
    grain,
    value,
    unit
  FROM ordered
  WHERE
    source = latest_source
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    value AS amount
  FROM observed_figures
  WHERE
    NOT product IS NULL AND (
      metric = 'carbon_grams'
    )
), by_member AS (
  SELECT
    f.cut,
    f.member,
    d.period_index,
    SUM(f.amount) AS amount,
    COUNT(*) AS fact_count
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  GROUP BY
    f.cut,
    f.member,
    d.period_index
)
SELECT
  CAST(b.cut AS STRING) AS cut,
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
