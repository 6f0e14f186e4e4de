-- scope_moved: flow, number
-- expression: points
-- model: sprint_changes
WITH sprint_commitments AS (
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
  ), candidates AS (
    SELECT
      p.squad,
      p.sprint,
      p.start_day,
      p.end_day,
      v.source,
      v.item_id,
      COALESCE(v.points, 1) AS points,
      ROW_NUMBER() OVER (
        PARTITION BY p.squad, p.sprint, v.source, v.item_id
        ORDER BY ABS(
          DATE_DIFF(DAY, CAST(p.start_day AS Nullable(DATE)), CAST(v.observed_day AS Nullable(DATE)))
        ), v.observed_at
      ) AS nearness
    FROM squad_sprints AS p
    JOIN streams AS s
      ON s.squad = p.squad
    JOIN work_item_versions AS v
      ON v.source = s.source AND v.stream = s.stream
    JOIN work_item_sprints AS m
      ON m.source = v.source
      AND m.item_id = v.item_id
      AND m.observed_at = v.observed_at
      AND m.sprint = p.sprint
    WHERE
      ABS(
        DATE_DIFF(DAY, CAST(p.start_day AS Nullable(DATE)), CAST(v.observed_day AS Nullable(DATE)))
      ) <= 1
      AND (
        v.status_category <> 'done' OR v.done_day >= p.start_day
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
  WHERE
    c.nearness = 1
), sprint_changes AS (
  WITH known_sprints AS (
    SELECT DISTINCT
      squad,
      sprint
    FROM sprint_commitments
  ), squad_sprints AS (
    SELECT DISTINCT
      s.squad,
      p.sprint,
      p.start_day,
      p.end_day
    FROM sprints AS p
    JOIN streams AS s
      ON s.source = p.source AND s.stream = p.stream
    JOIN known_sprints AS k
      ON k.squad = s.squad AND k.sprint = p.sprint
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
    JOIN squad_sprints AS p
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
      CASE WHEN NOT (
        m.sprint IS NULL
      ) THEN 1 ELSE 0 END AS inside,
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
      DATE_DIFF(DAY, CAST(p.start_day AS Nullable(DATE)), CAST(v.observed_day AS Nullable(DATE))) >= -1
      AND DATE_DIFF(DAY, CAST(p.end_day AS Nullable(DATE)), CAST(v.observed_day AS Nullable(DATE))) <= 1
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
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    points AS amount
  FROM sprint_changes
  WHERE
    NOT (
      squad IS NULL
    )
), by_member AS (
  SELECT
    f.cut,
    f.member,
    d.period_index,
    SUM(f.amount) AS amount,
    COUNT(*) AS fact_count
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  GROUP BY
    f.cut,
    f.member,
    d.period_index
)
SELECT
  CAST(b.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(b.period_index AS Nullable(Int64)) AS period_index,
  CAST(SUM(b.amount) AS Nullable(Float64)) AS value,
  CAST(SUM(b.fact_count) AS Nullable(Float64)) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
