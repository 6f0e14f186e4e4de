-- skill_levels_gained: flow, number
-- expression: levels_gained
-- model: skill_progress
WITH facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    levels_gained AS amount
  FROM skill_progress
  WHERE
    NOT squad IS NULL
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
  CAST(b.cut AS VARCHAR) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(SUM(b.amount) AS DOUBLE PRECISION) AS value,
  CAST(SUM(b.fact_count) AS DOUBLE PRECISION) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
