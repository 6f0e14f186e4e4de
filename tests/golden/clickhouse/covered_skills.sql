-- covered_skills: stock, count
-- expression: case when holders >= 2 then 1 else 0 end
-- model: skill_holders
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
), skill_holders AS (
  WITH levels AS (
    SELECT
      n.person,
      k.skill_key,
      k.level,
      k.day AS start_day,
      COALESCE(
        lead(k.day) OVER (PARTITION BY n.person, k.skill_key ORDER BY k.day, k.source),
        CAST('9999-12-31' AS Nullable(DATE))
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
      LEAST(d.end_day, l.end_day, COALESCE(m.end_day, CAST('9999-12-31' AS Nullable(DATE)))) AS end_day
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
        lead(c.day) OVER (PARTITION BY c.squad, c.skill_key, c.need_start_day ORDER BY c.day),
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
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    start_day,
    end_day,
    CASE WHEN holders >= 2 THEN 1 ELSE 0 END AS amount
  FROM skill_holders
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
