WITH others AS (
  SELECT
    w.source,
    w.item_id,
    s.squad,
    CASE
      WHEN w.status_category IN ('done', 'cancelled')
      THEN COALESCE(w.done_day, w.category_changed_day, w.created_day)
      ELSE CAST('9999-12-31' AS DATE)
    END AS finished_day
  FROM work_items AS w
  JOIN streams AS s
    ON s.source = w.source AND s.stream = w.stream
  WHERE
    NOT s.squad IS NULL
), waiting AS (
  SELECT
    i.squad,
    i.source,
    i.item_id,
    i.type,
    i.start_day,
    COALESCE(i.end_day, CAST('9999-12-31' AS DATE)) AS end_day,
    MAX(o.finished_day) AS finished_day
  FROM item_states AS i
  JOIN work_item_blockers AS b
    ON b.source = i.source AND b.item_id = i.item_id AND b.observed_at = i.observed_at
  JOIN others AS o
    ON o.source = b.source AND o.item_id = b.blocker AND o.squad <> i.squad
  GROUP BY
    i.squad,
    i.source,
    i.item_id,
    i.type,
    i.start_day,
    COALESCE(i.end_day, CAST('9999-12-31' AS DATE))
)
SELECT
  w.squad,
  w.item_id,
  w.type,
  GREATEST(w.start_day, p.start_day) AS start_day,
  LEAST(w.end_day, w.finished_day, COALESCE(p.end_day, CAST('9999-12-31' AS DATE))) AS end_day
FROM waiting AS w
JOIN work_in_progress AS p
  ON p.squad = w.squad AND p.source = w.source AND p.item_id = w.item_id
