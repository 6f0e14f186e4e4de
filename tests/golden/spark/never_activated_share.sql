-- never_activated_share: cohort, rate
-- elapsed: activation
-- expression: case when days_to_activation <= activation_days then 0 else 1 end
-- model: signup_cohorts
WITH facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    CASE WHEN days_to_activation <= activation_days THEN 0 ELSE 1 END AS amount
  FROM signup_cohorts
  WHERE
    NOT product IS NULL
), by_member AS (
  SELECT
    f.cut,
    f.member,
    d.period_index,
    SUM(f.amount) AS reached,
    COUNT(*) AS entered
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  GROUP BY
    f.cut,
    f.member,
    d.period_index
)
SELECT
  CAST(b.cut AS STRING) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(SUM(b.reached) AS DOUBLE) AS reached,
  CAST(SUM(b.entered) AS DOUBLE) AS entered
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
