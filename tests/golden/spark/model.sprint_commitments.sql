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
    NOT s.squad IS NULL
), shown AS (
  SELECT
    p.squad,
    p.sprint,
    p.start_day,
    p.end_day,
    v.source,
    v.item_id,
    v.observed_at,
    v.observed_day,
    v.status_category,
    v.done_day,
    COALESCE(v.points, 1) AS points,
    ROW_NUMBER() OVER (
      PARTITION BY p.squad, p.sprint, v.source, v.item_id
      ORDER BY ABS(DATEDIFF(DAY, CAST(p.start_day AS DATE), CAST(v.observed_day AS DATE))) NULLS LAST, v.observed_at NULLS LAST
    ) AS nearness,
    MIN(v.observed_day) OVER (PARTITION BY p.squad, p.sprint, v.source, v.stream) AS first_observed_day
  FROM squad_sprints AS p
  JOIN streams AS s
    ON s.squad = p.squad
  JOIN work_item_versions AS v
    ON v.source = s.source AND v.stream = s.stream
  WHERE
    ABS(DATEDIFF(DAY, CAST(p.start_day AS DATE), CAST(v.observed_day AS DATE))) <= 1
), candidates AS (
  SELECT
    v.squad,
    v.sprint,
    v.start_day,
    v.end_day,
    v.source,
    v.item_id,
    v.points
  FROM shown AS v
  JOIN work_item_sprints AS m
    ON m.source = v.source
    AND m.item_id = v.item_id
    AND m.observed_at = v.observed_at
    AND m.sprint = v.sprint
  WHERE
    v.nearness = 1
    AND (
      v.observed_day <= v.start_day OR v.first_observed_day > v.start_day
    )
    AND (
      v.status_category <> 'done' OR v.done_day >= v.start_day
    )
    AND v.status_category <> 'cancelled'
)
SELECT
  c.squad,
  c.sprint,
  c.end_day AS day,
  c.source,
  c.item_id,
  c.points,
  CASE
    WHEN w.status_category = 'done'
    AND w.done_day >= c.start_day
    AND w.done_day <= c.end_day
    THEN c.points
    ELSE 0
  END AS points_done
FROM candidates AS c
JOIN work_items AS w
  ON w.source = c.source AND w.item_id = c.item_id
