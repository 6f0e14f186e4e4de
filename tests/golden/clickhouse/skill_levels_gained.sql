-- skill_levels_gained: flow, number
-- expression: levels_gained
-- model: skill_progress
WITH needed_skills AS (
  WITH needs AS (
    SELECT
      s.squad,
      d.skill,
      d.skill_key,
      d.required_level,
      d.start_day,
      COALESCE(d.end_day, CAST('9999-12-31' AS Nullable(DATE))) AS end_day,
      lead(d.start_day) OVER (PARTITION BY s.squad, d.skill_key ORDER BY d.start_day, d.source) AS next_start_day
    FROM skill_needs AS d
    JOIN streams AS s
      ON s.source = d.source AND s.stream = d.stream
    WHERE
      NOT (
        s.squad IS NULL
      )
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
), skill_progress AS (
  WITH assessed AS (
    SELECT
      n.person,
      k.skill_key,
      k.level,
      k.day,
      lag(k.level) OVER (PARTITION BY n.person, k.skill_key ORDER BY k.day, k.source) AS previous_level
    FROM skills AS k
    JOIN people_names AS n
      ON n.name = k.person
    WHERE
      NOT (
        k.level IS NULL
      )
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
    NOT (
      a.previous_level IS NULL
    ) AND NOT (
      d.required_level IS NULL
    )
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    levels_gained AS amount
  FROM skill_progress
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
