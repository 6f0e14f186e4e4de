WITH versions AS (
  SELECT
    source,
    item_id,
    status_category,
    started_day,
    category_changed_day,
    observed_day,
    lag(observed_day) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS previous_observed_day,
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
          AND DATE_DIFF(
            DAY,
            CAST(previous_observed_day AS Nullable(DATE)),
            CAST(observed_day AS Nullable(DATE))
          ) <= 4
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
  DATE_DIFF(DAY, CAST(w.created_day AS Nullable(DATE)), CAST(w.done_day AS Nullable(DATE))) AS lead_days,
  CASE
    WHEN t.started_day <= w.done_day
    THEN DATE_DIFF(DAY, CAST(t.started_day AS Nullable(DATE)), CAST(w.done_day AS Nullable(DATE)))
  END AS cycle_days
FROM work_items AS w
JOIN streams AS s
  ON s.source = w.source AND s.stream = w.stream
LEFT JOIN starts AS t
  ON t.source = w.source AND t.item_id = w.item_id
WHERE
  NOT (
    s.squad IS NULL
  )
  AND w.status_category = 'done'
  AND NOT (
    w.done_day IS NULL
  )
