WITH known_sprints AS (
  SELECT DISTINCT
    squad,
    sprint
  FROM sprint_commitments
), all_sprints AS (
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
), squad_sprints AS (
  SELECT
    a.squad,
    a.sprint,
    a.start_day,
    a.end_day
  FROM all_sprints AS a
  JOIN known_sprints AS k
    ON k.squad = a.squad AND k.sprint = a.sprint
), memberships AS (
  SELECT
    s.squad,
    v.source,
    v.item_id,
    v.observed_at,
    p.sprint,
    p.start_day
  FROM work_item_versions AS v
  JOIN streams AS s
    ON s.source = v.source AND s.stream = v.stream
  JOIN work_item_sprints AS m
    ON m.source = v.source AND m.item_id = v.item_id AND m.observed_at = v.observed_at
  JOIN all_sprints AS p
    ON p.squad = s.squad AND p.sprint = m.sprint
), latest_sprints AS (
  SELECT
    squad,
    source,
    item_id,
    observed_at,
    MAX(start_day) AS start_day
  FROM memberships
  GROUP BY
    squad,
    source,
    item_id,
    observed_at
), seen AS (
  SELECT
    p.squad,
    p.sprint,
    p.start_day,
    p.end_day,
    v.source,
    v.item_id,
    v.observed_day,
    v.status_category,
    COALESCE(v.points, 1) AS points,
    CASE WHEN NOT m.sprint IS NULL THEN 1 ELSE 0 END AS inside,
    CASE WHEN l.start_day > p.start_day THEN 1 ELSE 0 END AS carried_over,
    ROW_NUMBER() OVER (PARTITION BY p.squad, p.sprint, v.source, v.item_id ORDER BY v.observed_at) AS place,
    ROW_NUMBER() OVER (PARTITION BY p.squad, p.sprint, v.source, v.item_id ORDER BY v.observed_at DESC) AS recency
  FROM squad_sprints AS p
  JOIN streams AS s
    ON s.squad = p.squad
  JOIN work_item_versions AS v
    ON v.source = s.source AND v.stream = s.stream
  LEFT JOIN memberships AS m
    ON m.squad = p.squad
    AND m.sprint = p.sprint
    AND m.source = v.source
    AND m.item_id = v.item_id
    AND m.observed_at = v.observed_at
  LEFT JOIN latest_sprints AS l
    ON l.squad = p.squad
    AND l.source = v.source
    AND l.item_id = v.item_id
    AND l.observed_at = v.observed_at
  WHERE
    DATE_DIFF('DAY', CAST(p.start_day AS DATE), CAST(v.observed_day AS DATE)) >= -1
    AND DATE_DIFF('DAY', CAST(p.end_day AS DATE), CAST(v.observed_day AS DATE)) <= 1
    AND (
      v.status_category <> 'done' OR v.done_day >= p.start_day
    )
), entries AS (
  SELECT
    squad,
    sprint,
    end_day,
    source,
    item_id,
    points,
    ROW_NUMBER() OVER (PARTITION BY squad, sprint, source, item_id ORDER BY place) AS entry
  FROM seen
  WHERE
    inside = 1 AND status_category <> 'cancelled'
)
SELECT
  e.squad,
  e.sprint,
  e.end_day AS day,
  e.item_id,
  'added' AS change,
  e.points
FROM entries AS e
LEFT JOIN sprint_commitments AS c
  ON c.squad = e.squad
  AND c.sprint = e.sprint
  AND c.source = e.source
  AND c.item_id = e.item_id
WHERE
  e.entry = 1 AND c.item_id IS NULL
UNION ALL
SELECT
  c.squad,
  c.sprint,
  c.day,
  c.item_id,
  'removed' AS change,
  c.points
FROM sprint_commitments AS c
JOIN seen AS s
  ON s.squad = c.squad
  AND s.sprint = c.sprint
  AND s.source = c.source
  AND s.item_id = c.item_id
WHERE
  s.recency = 1
  AND (
    s.status_category = 'cancelled'
    OR (
      s.inside = 0 AND (
        s.observed_day <= s.end_day OR s.carried_over = 0
      )
    )
  )
