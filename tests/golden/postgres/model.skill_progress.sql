WITH assessed AS (
  SELECT
    n.person,
    k.skill_key,
    k.level,
    k.day,
    LAG(k.level) OVER (PARTITION BY n.person, k.skill_key ORDER BY k.day, k.source) AS previous_level
  FROM skills AS k
  JOIN people_names AS n
    ON n.name = k.person
  WHERE
    NOT k.level IS NULL
)
SELECT
  d.squad,
  d.skill,
  a.day,
  CASE
    WHEN a.previous_level < d.required_level
    THEN d.required_level - a.previous_level
    ELSE 0
  END AS levels_missing,
  CASE
    WHEN a.previous_level < d.required_level AND a.level > a.previous_level
    THEN LEAST(a.level, d.required_level) - a.previous_level
    ELSE 0
  END AS levels_gained
FROM assessed AS a
JOIN squad_members AS m
  ON m.person = a.person
  AND m.start_day <= a.day
  AND (
    m.end_day IS NULL OR m.end_day > a.day
  )
JOIN needed_skills AS d
  ON d.squad = m.squad
  AND d.skill_key = a.skill_key
  AND d.start_day <= a.day
  AND d.end_day > a.day
WHERE
  NOT a.previous_level IS NULL AND NOT d.required_level IS NULL
