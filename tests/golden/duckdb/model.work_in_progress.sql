WITH starts AS (
  SELECT
    source,
    item_id,
    MIN(
      COALESCE(started_day, CASE WHEN status_category = 'doing' THEN category_changed_day END)
    ) AS started_day
  FROM work_item_versions
  GROUP BY
    source,
    item_id
)
SELECT
  s.squad,
  w.source,
  w.item_id,
  w.type,
  t.started_day AS start_day,
  CASE
    WHEN w.status_category = 'done'
    THEN w.done_day
    WHEN w.status_category <> 'doing'
    THEN w.category_changed_day
  END AS end_day
FROM work_items AS w
JOIN streams AS s
  ON s.source = w.source AND s.stream = w.stream
JOIN starts AS t
  ON t.source = w.source AND t.item_id = w.item_id
WHERE
  NOT s.squad IS NULL
  AND NOT t.started_day IS NULL
  AND (
    w.status_category = 'doing'
    OR NOT w.category_changed_day IS NULL
    OR NOT w.done_day IS NULL
  )
