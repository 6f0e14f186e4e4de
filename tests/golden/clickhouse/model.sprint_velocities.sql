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
), done_items AS (
  SELECT
    p.squad,
    p.sprint,
    p.end_day,
    COALESCE(w.points, 1) AS points
  FROM squad_sprints AS p
  JOIN streams AS s
    ON s.squad = p.squad
  JOIN work_items AS w
    ON w.source = s.source AND w.stream = s.stream
  JOIN work_item_sprints AS m
    ON m.source = w.source
    AND m.item_id = w.item_id
    AND m.observed_at = w.observed_at
    AND m.sprint = p.sprint
  WHERE
    w.status_category = 'done'
    AND w.done_day >= p.start_day
    AND w.done_day <= p.end_day
), totals AS (
  SELECT
    p.squad,
    p.sprint,
    p.end_day,
    COALESCE(SUM(d.points), 0) AS points
  FROM squad_sprints AS p
  LEFT JOIN done_items AS d
    ON d.squad = p.squad AND d.sprint = p.sprint AND d.end_day = p.end_day
  GROUP BY
    p.squad,
    p.sprint,
    p.end_day
), ordered AS (
  SELECT
    squad,
    sprint,
    end_day,
    CAST(points AS Nullable(Float64)) AS points,
    ROW_NUMBER() OVER (PARTITION BY squad ORDER BY end_day, sprint) AS place,
    lead(end_day) OVER (PARTITION BY squad ORDER BY end_day, sprint) AS next_end_day
  FROM totals
), medians AS (
  SELECT
    o.squad,
    o.place,
    quantileExactInclusive(0.5)(b.points) AS median_points
  FROM ordered AS o
  JOIN ordered AS b
    ON b.squad = o.squad AND b.place <= o.place AND b.place > o.place - 6
  GROUP BY
    o.squad,
    o.place
)
SELECT
  o.squad,
  o.sprint,
  o.end_day AS day,
  o.points,
  m.median_points,
  o.end_day AS start_day,
  o.next_end_day AS end_day
FROM ordered AS o
JOIN medians AS m
  ON m.squad = o.squad AND m.place = o.place
