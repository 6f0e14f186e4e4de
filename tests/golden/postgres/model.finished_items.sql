WITH versions AS (
  SELECT
    source,
    item_id,
    status_category,
    started_day,
    category_changed_day,
    observed_day,
    LAG(observed_day) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS previous_observed_day,
    SUM(CASE WHEN status_category IN ('doing', 'done') THEN 1 ELSE 0 END) OVER (
      PARTITION BY source, item_id
      ORDER BY observed_at
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) AS times_begun
  FROM work_item_versions
), starts AS (
  SELECT
    source,
    item_id,
    COALESCE(
      MIN(
        COALESCE(started_day, CASE WHEN status_category = 'doing' THEN category_changed_day END)
      ),
      MIN(
        CASE
          WHEN times_begun = 1
          AND status_category IN ('doing', 'done')
          AND CAST(EXTRACT(epoch FROM CAST(CAST(observed_day AS DATE) AS TIMESTAMP) - CAST(CAST(previous_observed_day AS DATE) AS TIMESTAMP)) / 86400 AS BIGINT) <= 4
          THEN previous_observed_day
        END
      )
    ) AS started_day
  FROM versions
  GROUP BY
    source,
    item_id
)
SELECT
  s.squad,
  w.done_day AS day,
  w.type,
  w.item_id,
  w.points,
  CAST(EXTRACT(epoch FROM CAST(CAST(w.done_day AS DATE) AS TIMESTAMP) - CAST(CAST(w.created_day AS DATE) AS TIMESTAMP)) / 86400 AS BIGINT) AS lead_days,
  CASE
    WHEN t.started_day <= w.done_day
    THEN CAST(EXTRACT(epoch FROM CAST(CAST(w.done_day AS DATE) AS TIMESTAMP) - CAST(CAST(t.started_day AS DATE) AS TIMESTAMP)) / 86400 AS BIGINT)
  END AS cycle_days
FROM work_items AS w
JOIN streams AS s
  ON s.source = w.source AND s.stream = w.stream
LEFT JOIN starts AS t
  ON t.source = w.source AND t.item_id = w.item_id
WHERE
  NOT s.squad IS NULL AND w.status_category = 'done' AND NOT w.done_day IS NULL
