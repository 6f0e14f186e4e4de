WITH levels AS (
  SELECT
    n.person,
    k.skill_key,
    k.level,
    k.day AS start_day,
    COALESCE(
      LEAD(k.day) OVER (PARTITION BY n.person, k.skill_key ORDER BY k.day, k.source),
      CAST('9999-12-31' AS DATE)
    ) AS end_day
  FROM skills AS k
  JOIN people_names AS n
    ON n.name = k.person
), assessed AS (
  SELECT
    m.squad,
    MIN(GREATEST(l.start_day, m.start_day)) AS first_day
  FROM squad_members AS m
  JOIN levels AS l
    ON l.person = m.person
  WHERE
    (
      m.end_day IS NULL OR m.end_day > l.start_day
    ) AND l.end_day > m.start_day
  GROUP BY
    m.squad
), needs AS (
  SELECT
    d.squad,
    d.skill,
    d.skill_key,
    d.required_level,
    GREATEST(d.start_day, a.first_day) AS start_day,
    d.end_day
  FROM needed_skills AS d
  JOIN assessed AS a
    ON a.squad = d.squad
  WHERE
    d.end_day > a.first_day
), held AS (
  SELECT
    d.squad,
    d.skill_key,
    d.start_day AS need_start_day,
    d.end_day AS need_end_day,
    l.person,
    GREATEST(d.start_day, l.start_day, m.start_day) AS start_day,
    LEAST(d.end_day, l.end_day, COALESCE(m.end_day, CAST('9999-12-31' AS DATE))) AS end_day
  FROM needs AS d
  JOIN squad_members AS m
    ON m.squad = d.squad
  JOIN levels AS l
    ON l.person = m.person AND l.skill_key = d.skill_key
  WHERE
    d.required_level IS NULL OR l.level >= d.required_level
), moments AS (
  SELECT
    squad,
    skill_key,
    start_day AS need_start_day,
    start_day AS day
  FROM needs
  UNION ALL
  SELECT
    squad,
    skill_key,
    need_start_day,
    start_day AS day
  FROM held
  WHERE
    start_day < end_day
  UNION ALL
  SELECT
    squad,
    skill_key,
    need_start_day,
    end_day AS day
  FROM held
  WHERE
    start_day < end_day AND end_day < need_end_day
), days_of_change AS (
  SELECT DISTINCT
    squad,
    skill_key,
    need_start_day,
    day
  FROM moments
), spans AS (
  SELECT
    c.squad,
    d.skill,
    c.skill_key,
    c.need_start_day,
    c.day AS start_day,
    COALESCE(
      LEAD(c.day) OVER (PARTITION BY c.squad, c.skill_key, c.need_start_day ORDER BY c.day),
      d.end_day
    ) AS end_day
  FROM days_of_change AS c
  JOIN needs AS d
    ON d.squad = c.squad AND d.skill_key = c.skill_key AND d.start_day = c.need_start_day
)
SELECT
  s.squad,
  s.skill,
  s.start_day,
  s.end_day,
  COUNT(DISTINCT h.person) AS holders
FROM spans AS s
LEFT JOIN held AS h
  ON h.squad = s.squad
  AND h.skill_key = s.skill_key
  AND h.need_start_day = s.need_start_day
  AND h.start_day <= s.start_day
  AND h.end_day > s.start_day
GROUP BY
  s.squad,
  s.skill,
  s.start_day,
  s.end_day
