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
      WHEN has_criteria AND NOT points IS NULL
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
  CAST(NULL AS STRING) AS type,
  0 AS points,
  first_day AS start_day,
  CAST(NULL AS DATE) AS end_day
FROM known
WHERE
  says_ready = 1
