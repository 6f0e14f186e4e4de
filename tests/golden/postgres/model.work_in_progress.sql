WITH versions AS (
  SELECT
    source,
    item_id,
    status_category,
    created_day,
    started_day,
    category_changed_day,
    done_day,
    observed_at,
    observed_day,
    MIN(observed_day) OVER (PARTITION BY source, stream) - 1 AS told_from_day,
    LAG(observed_day) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS previous_observed_day,
    LAG(status_category) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS previous_category
  FROM work_item_versions
), dated AS (
  SELECT
    *,
    CASE
      WHEN status_category = 'doing'
      THEN COALESCE(started_day, category_changed_day)
    END AS told_start_day,
    CASE
      WHEN previous_observed_day IS NULL
      THEN NULL
      WHEN status_category = 'doing'
      AND started_day >= previous_observed_day
      AND started_day <= observed_day
      THEN started_day
      WHEN category_changed_day > previous_observed_day
      AND category_changed_day <= observed_day
      THEN category_changed_day
      ELSE previous_observed_day
    END AS moved_day,
    CASE
      WHEN status_category = 'done'
      THEN COALESCE(done_day, category_changed_day)
      ELSE category_changed_day
    END AS left_day
  FROM versions
), states AS (
  SELECT
    *,
    SUM(
      CASE
        WHEN status_category = 'doing' AND previous_category = 'doing'
        THEN 0
        ELSE 1
      END
    ) OVER (
      PARTITION BY source, item_id
      ORDER BY observed_at
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) AS state,
    CASE
      WHEN status_category = 'done'
      THEN COALESCE(done_day, moved_day)
      ELSE moved_day
    END AS since_day
  FROM dated
), ends AS (
  SELECT
    *,
    LEAD(state) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS next_state,
    LEAD(since_day) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS next_since_day
  FROM states
), runs AS (
  SELECT
    source,
    item_id,
    CASE
      WHEN MAX(CASE WHEN previous_observed_day IS NULL THEN 1 ELSE 0 END) = 1
      THEN COALESCE(
        MIN(told_start_day),
        MIN(GREATEST(COALESCE(created_day, told_from_day), told_from_day))
      )
      ELSE MIN(CASE WHEN COALESCE(previous_category, '') <> 'doing' THEN moved_day END)
    END AS start_day,
    CASE
      WHEN MAX(CASE WHEN previous_observed_day IS NULL THEN 1 ELSE 0 END) = 1
      THEN MIN(told_start_day)
      ELSE MIN(CASE WHEN COALESCE(previous_category, '') <> 'doing' THEN moved_day END)
    END AS begun_day,
    MAX(CASE WHEN next_state > state THEN next_since_day END) AS end_day
  FROM ends
  WHERE
    status_category = 'doing'
  GROUP BY
    source,
    item_id,
    state
  UNION ALL
  SELECT
    source,
    item_id,
    started_day AS start_day,
    started_day AS begun_day,
    left_day AS end_day
  FROM ends
  WHERE
    status_category <> 'doing'
    AND COALESCE(previous_category, '') <> 'doing'
    AND NOT left_day IS NULL
    AND (
      previous_observed_day IS NULL OR started_day >= previous_observed_day
    )
)
SELECT
  s.squad,
  w.source,
  w.item_id,
  w.type,
  r.start_day,
  r.begun_day,
  r.end_day
FROM runs AS r
JOIN work_items AS w
  ON w.source = r.source AND w.item_id = r.item_id
JOIN streams AS s
  ON s.source = w.source AND s.stream = w.stream
WHERE
  NOT s.squad IS NULL
  AND NOT r.start_day IS NULL
  AND COALESCE(r.end_day >= r.start_day, TRUE)
