WITH first_exports AS (
  SELECT
    source,
    item_id,
    MIN(observed_day) AS observed_day,
    MAX(CASE WHEN started_day IS NULL THEN 0 ELSE 1 END) AS tells_start
  FROM work_item_versions
  GROUP BY
    source,
    item_id
), streams_begun AS (
  SELECT
    w.source,
    w.stream,
    MIN(COALESCE(w.created_day, w.started_day, w.done_day)) AS first_day,
    MIN(f.observed_day) AS first_export_day
  FROM work_items AS w
  JOIN first_exports AS f
    ON f.source = w.source AND f.item_id = w.item_id
  GROUP BY
    w.source,
    w.stream
), told AS (
  SELECT
    b.source,
    b.stream,
    b.first_day,
    b.first_export_day,
    SUM(CASE WHEN w.done_day < b.first_export_day THEN 1 ELSE 0 END) AS done_before,
    SUM(CASE WHEN w.done_day < b.first_export_day THEN f.tells_start ELSE 0 END) AS done_telling,
    MAX(f.tells_start) AS any_telling
  FROM streams_begun AS b
  JOIN work_items AS w
    ON w.source = b.source AND w.stream = b.stream
  JOIN first_exports AS f
    ON f.source = w.source AND f.item_id = w.item_id
  GROUP BY
    b.source,
    b.stream,
    b.first_day,
    b.first_export_day
)
SELECT
  s.squad,
  t.first_day AS start_day,
  t.first_export_day - 1 AS end_day
FROM told AS t
JOIN streams AS s
  ON s.source = t.source AND s.stream = t.stream
WHERE
  NOT s.squad IS NULL
  AND t.first_day < t.first_export_day - 1
  AND (
    2 * t.done_telling < t.done_before OR t.any_telling = 0
  )
