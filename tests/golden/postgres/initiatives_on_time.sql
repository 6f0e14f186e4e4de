-- initiatives_on_time: flow, count
-- expression: on_time
-- model: due_initiatives
WITH due_initiatives AS (
  WITH promises AS (
    SELECT
      source,
      initiative_id,
      COALESCE(first_due_day, due_day) AS promised_day,
      ROW_NUMBER() OVER (PARTITION BY source, initiative_id ORDER BY observed_at) AS place
    FROM initiative_versions
    WHERE
      NOT COALESCE(first_due_day, due_day) IS NULL
  ), dropped AS (
    SELECT
      source,
      initiative_id,
      MIN(observed_day) AS dropped_day
    FROM initiative_versions
    WHERE
      state = 'dropped'
    GROUP BY
      source,
      initiative_id
  )
  SELECT
    s.squad,
    p.promised_day AS day,
    i.initiative_id,
    i.moscow,
    CASE WHEN i.shipped_day <= p.promised_day THEN 1 ELSE 0 END AS on_time
  FROM initiatives AS i
  JOIN streams AS s
    ON s.source = i.source AND s.stream = i.squad_stream
  JOIN promises AS p
    ON p.source = i.source AND p.initiative_id = i.initiative_id AND p.place = 1
  LEFT JOIN dropped AS d
    ON d.source = i.source AND d.initiative_id = i.initiative_id
  WHERE
    NOT s.squad IS NULL
    AND (
      d.dropped_day IS NULL OR d.dropped_day > p.promised_day
    )
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    on_time AS amount
  FROM due_initiatives
  WHERE
    NOT squad IS NULL
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
  CAST(b.cut AS VARCHAR) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(SUM(b.amount) AS DOUBLE PRECISION) AS value,
  CAST(SUM(b.fact_count) AS DOUBLE PRECISION) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
