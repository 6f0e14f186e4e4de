WITH needs AS (
  SELECT
    s.squad,
    d.skill,
    d.skill_key,
    d.required_level,
    d.start_day,
    COALESCE(d.end_day, CAST('9999-12-31' AS DATE)) AS end_day,
    LEAD(d.start_day) OVER (
      PARTITION BY s.squad, d.skill_key
      ORDER BY d.start_day NULLS LAST, d.source NULLS LAST
    ) AS next_start_day
  FROM skill_needs AS d
  JOIN streams AS s
    ON s.source = d.source AND s.stream = d.stream
  WHERE
    NOT s.squad IS NULL
)
SELECT
  squad,
  skill,
  skill_key,
  required_level,
  start_day,
  LEAST(end_day, COALESCE(next_start_day, end_day)) AS end_day
FROM needs
WHERE
  start_day < end_day
  AND (
    next_start_day IS NULL OR start_day < next_start_day
  )
