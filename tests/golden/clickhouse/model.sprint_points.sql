WITH squad_sprints AS (
  SELECT DISTINCT
    s.squad,
    p.sprint,
    p.start_day,
    p.end_day
  FROM sprints AS p
  JOIN streams AS s
    ON s.source = p.source AND s.stream = p.stream
  WHERE
    NOT (
      s.squad IS NULL
    )
), served AS (
  SELECT DISTINCT
    s.squad,
    LOWER(i.work) AS work
  FROM initiatives AS i
  JOIN streams AS s
    ON s.source = i.source AND s.stream = i.squad_stream
  WHERE
    NOT (
      i.work IS NULL
    ) AND NOT (
      i.objective IS NULL
    )
), done_items AS (
  SELECT
    p.squad,
    p.sprint,
    p.end_day,
    w.source,
    w.item_id,
    w.parent,
    COALESCE(w.points, 1) AS points,
    ROW_NUMBER() OVER (PARTITION BY p.squad, w.source, w.item_id ORDER BY p.end_day, p.sprint) AS place
  FROM work_items AS w
  JOIN streams AS s
    ON s.source = w.source AND s.stream = w.stream
  JOIN work_item_sprints AS m
    ON m.source = w.source AND m.item_id = w.item_id AND m.observed_at = w.observed_at
  JOIN squad_sprints AS p
    ON p.squad = s.squad AND p.sprint = m.sprint
  WHERE
    w.status_category = 'done'
    AND w.done_day >= p.start_day
    AND w.done_day <= p.end_day
)
SELECT
  d.squad,
  d.sprint,
  d.end_day AS day,
  d.item_id,
  d.points,
  CASE
    WHEN NOT (
      own.work IS NULL
    )
    OR NOT (
      titled.work IS NULL
    )
    OR NOT (
      above.work IS NULL
    )
    THEN d.points
    ELSE 0
  END AS points_for_objectives
FROM done_items AS d
LEFT JOIN work_items AS p
  ON p.source = d.source AND p.item_id = d.parent
LEFT JOIN served AS own
  ON own.squad = d.squad AND own.work = LOWER(d.parent)
LEFT JOIN served AS titled
  ON titled.squad = d.squad AND titled.work = LOWER(p.title)
LEFT JOIN served AS above
  ON above.squad = d.squad AND above.work = LOWER(p.parent)
WHERE
  d.place = 1
