-- invited_people: flow, count
-- expression: invited
-- model: wave_participation
WITH wave_participation AS (
  WITH answered AS (
    SELECT DISTINCT
      s.squad,
      r.source,
      r.response_id,
      r.day
    FROM team_responses AS r
    JOIN streams AS s
      ON s.source = r.source AND s.stream = r.stream
    WHERE
      NOT s.squad IS NULL AND r.kind IN ('engagement', 'enps')
  ), waves AS (
    SELECT
      s.squad,
      w.wave,
      w.start_day,
      w.end_day,
      w.invited
    FROM survey_waves AS w
    JOIN streams AS s
      ON s.source = w.source AND s.stream = w.stream
    WHERE
      NOT s.squad IS NULL
  )
  SELECT
    w.squad,
    w.wave,
    w.end_day AS day,
    w.invited,
    COUNT(DISTINCT a.response_id) AS respondents
  FROM waves AS w
  LEFT JOIN answered AS a
    ON a.squad = w.squad AND a.day >= w.start_day AND a.day <= w.end_day
  GROUP BY
    w.squad,
    w.wave,
    w.start_day,
    w.end_day,
    w.invited
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    invited AS amount
  FROM wave_participation
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
  CAST(b.cut AS TEXT) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(SUM(b.amount) AS DOUBLE) AS value,
  CAST(SUM(b.fact_count) AS DOUBLE) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
