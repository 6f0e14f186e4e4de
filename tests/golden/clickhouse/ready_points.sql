-- ready_points: stock, number
-- across_members: never
-- empty_period: absent
-- expression: points
-- model: ready_items
WITH item_states AS (
  WITH versions AS (
    SELECT
      source,
      item_id,
      stream,
      type,
      status,
      status_category,
      points,
      has_criteria,
      created_day,
      category_changed_day,
      observed_at,
      observed_day,
      lag(observed_day) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS previous_observed_day,
      lag(status_category) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS previous_category
    FROM work_item_versions
  ), begun AS (
    SELECT
      *,
      CASE
        WHEN previous_observed_day IS NULL
        THEN created_day
        WHEN previous_category <> status_category
        AND category_changed_day > previous_observed_day
        AND category_changed_day <= observed_day
        THEN category_changed_day
        ELSE previous_observed_day
      END AS start_day
    FROM versions
  ), spans AS (
    SELECT
      *,
      lead(start_day) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS end_day
    FROM begun
  )
  SELECT
    s.squad,
    v.source,
    v.item_id,
    v.type,
    v.status,
    v.status_category,
    v.points,
    v.has_criteria,
    v.observed_at,
    v.observed_day,
    v.start_day,
    v.end_day
  FROM spans AS v
  JOIN streams AS s
    ON s.source = v.source AND s.stream = v.stream
  WHERE
    NOT (
      s.squad IS NULL
    )
), ready_items AS (
  WITH judged AS (
    SELECT
      squad,
      type,
      points,
      observed_day,
      start_day,
      end_day,
      CASE
        WHEN status_category <> 'todo'
        THEN 0
        WHEN LOWER(status) LIKE 'ready%' OR LOWER(status) LIKE 'prêt%'
        THEN 1
        WHEN has_criteria AND NOT (
          points IS NULL
        )
        THEN 1
        ELSE 0
      END AS ready
    FROM item_states
  ), known AS (
    SELECT
      squad,
      MIN(observed_day) AS first_day,
      MAX(ready) AS says_ready
    FROM judged
    GROUP BY
      squad
  )
  SELECT
    j.squad,
    j.type,
    COALESCE(j.points, 1) AS points,
    GREATEST(j.start_day, k.first_day) AS start_day,
    j.end_day
  FROM judged AS j
  JOIN known AS k
    ON k.squad = j.squad
  WHERE
    j.ready = 1
  UNION ALL
  SELECT
    squad,
    CAST(NULL AS Nullable(String)) AS type,
    0 AS points,
    first_day AS start_day,
    CAST(NULL AS Nullable(DATE)) AS end_day
  FROM known
  WHERE
    says_ready = 1
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    start_day,
    end_day,
    points AS amount
  FROM ready_items
  WHERE
    NOT (
      squad IS NULL
    )
), by_member AS (
  SELECT
    f.cut,
    f.member,
    p.period_index,
    SUM(f.amount) AS amount,
    COUNT(*) AS fact_count
  FROM facts AS f
  JOIN periods AS p
    ON f.start_day <= p.end_day AND (
      f.end_day IS NULL OR f.end_day > p.end_day
    )
  GROUP BY
    f.cut,
    f.member,
    p.period_index
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
