-- conversion_rate: cohort, rate
-- elapsed: funnel
-- entity: user_key
-- expression: converted
-- model: funnel_entries
WITH facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    converted AS amount,
    user_key AS entity
  FROM funnel_entries
  WHERE
    NOT product IS NULL
), by_entity AS (
  SELECT
    f.cut,
    f.member,
    d.period_index,
    f.entity,
    MAX(f.amount) AS reached
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  WHERE
    NOT f.entity IS NULL
  GROUP BY
    f.cut,
    f.member,
    d.period_index,
    f.entity
), by_member AS (
  SELECT
    cut,
    member,
    period_index,
    SUM(reached) AS reached,
    COUNT(*) AS entered
  FROM by_entity
  GROUP BY
    cut,
    member,
    period_index
)
SELECT
  CAST(b.cut AS VARCHAR) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(SUM(b.reached) AS DOUBLE PRECISION) AS reached,
  CAST(SUM(b.entered) AS DOUBLE PRECISION) AS entered
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
