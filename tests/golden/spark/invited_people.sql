-- invited_people: flow, count
-- expression: invited
-- model: wave_participation
WITH answered AS (
  SELECT DISTINCT
    s.squad,
    r.source,
    r.response_id,
    r.wave,
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
), possible AS (
  SELECT
    w.squad,
    w.wave,
    w.start_day,
    w.end_day,
    a.source,
    a.response_id,
    a.wave AS named,
    a.day,
    CASE WHEN LOWER(a.wave) = LOWER(w.wave) THEN 1 ELSE 0 END AS fit
  FROM waves AS w
  JOIN answered AS a
    ON a.squad = w.squad AND a.day >= w.start_day AND a.day <= w.end_day
), told AS (
  SELECT
    squad,
    wave,
    start_day,
    end_day,
    source,
    response_id,
    named,
    day,
    fit,
    MAX(fit) OVER (PARTITION BY squad, wave, start_day, end_day) AS bears_names
  FROM possible
), ranked AS (
  SELECT
    squad,
    wave,
    start_day,
    end_day,
    response_id,
    ROW_NUMBER() OVER (
      PARTITION BY squad, source, response_id, named, day
      ORDER BY fit DESC, bears_names NULLS LAST, start_day DESC, wave NULLS LAST
    ) AS place
  FROM told
), counted AS (
  SELECT
    squad,
    wave,
    start_day,
    end_day,
    COUNT(DISTINCT response_id) AS respondents
  FROM ranked
  WHERE
    place = 1
  GROUP BY
    squad,
    wave,
    start_day,
    end_day
), wave_participation AS (
  SELECT
    w.squad,
    w.wave,
    w.end_day AS day,
    w.invited,
    COALESCE(c.respondents, 0) AS respondents
  FROM waves AS w
  LEFT JOIN counted AS c
    ON c.squad = w.squad
    AND c.wave = w.wave
    AND c.start_day = w.start_day
    AND c.end_day = w.end_day
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
  CAST(b.cut AS STRING) AS cut,
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
