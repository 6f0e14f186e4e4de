WITH versions AS (
  SELECT
    source,
    item_id,
    stream,
    type,
    status,
    status_category,
    points,
    has_criteria,
    created_day,
    category_changed_day,
    observed_at,
    observed_day,
    LAG(observed_day) OVER (PARTITION BY source, item_id ORDER BY observed_at NULLS LAST) AS previous_observed_day,
    LAG(status_category) OVER (PARTITION BY source, item_id ORDER BY observed_at NULLS LAST) AS previous_category
  FROM work_item_versions
), begun AS (
  SELECT
    *,
    CASE
      WHEN previous_observed_day IS NULL
      THEN created_day
      WHEN previous_category <> status_category
      AND category_changed_day > previous_observed_day
      AND category_changed_day <= observed_day
      THEN category_changed_day
      ELSE previous_observed_day
    END AS start_day
  FROM versions
), spans AS (
  SELECT
    *,
    LEAD(start_day) OVER (PARTITION BY source, item_id ORDER BY observed_at NULLS LAST) AS end_day
  FROM begun
)
SELECT
  s.squad,
  v.source,
  v.item_id,
  v.type,
  v.status,
  v.status_category,
  v.points,
  v.has_criteria,
  v.observed_at,
  v.observed_day,
  v.start_day,
  v.end_day
FROM spans AS v
JOIN streams AS s
  ON s.source = v.source AND s.stream = v.stream
WHERE
  NOT s.squad IS NULL
