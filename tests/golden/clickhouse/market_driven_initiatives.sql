-- market_driven_initiatives: flow, count
-- expression: from_market
-- model: delivered_initiatives
WITH delivered_initiatives AS (
  WITH led AS (
    SELECT DISTINCT
      s.product,
      LOWER(d.initiative) AS initiative
    FROM discoveries AS d
    JOIN streams AS s
      ON s.source = d.source AND s.stream = d.stream
    WHERE
      NOT (
        d.initiative IS NULL
      )
  )
  SELECT
    s.product,
    i.shipped_day AS day,
    i.initiative_id,
    i.target_kpi,
    i.objective,
    i.moscow,
    i.origin_kind,
    CASE
      WHEN i.origin_kind IN ('feedback', 'loss', 'discovery')
      THEN 1
      WHEN NOT (
        by_id.initiative IS NULL
      ) OR NOT (
        by_title.initiative IS NULL
      )
      THEN 1
      ELSE 0
    END AS from_market
  FROM initiatives AS i
  JOIN streams AS s
    ON s.source = i.source AND s.stream = i.stream
  LEFT JOIN led AS by_id
    ON by_id.product = s.product AND by_id.initiative = LOWER(i.initiative_id)
  LEFT JOIN led AS by_title
    ON by_title.product = s.product AND by_title.initiative = LOWER(i.title)
  WHERE
    NOT (
      s.product IS NULL
    )
    AND i.state = 'shipped'
    AND NOT (
      i.shipped_day IS NULL
    )
    AND i.shipped_day <= i.observed_day
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    from_market AS amount
  FROM delivered_initiatives
  WHERE
    NOT (
      product IS NULL
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
  CAST(b.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(b.period_index AS Nullable(Int64)) AS period_index,
  CAST(SUM(b.amount) AS Nullable(Float64)) AS value,
  CAST(SUM(b.fact_count) AS Nullable(Float64)) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
