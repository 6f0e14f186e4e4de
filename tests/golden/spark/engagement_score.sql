-- engagement_score: score, score
-- entity: response_id
-- expression: (score - scale_min) / (scale_max - scale_min) * 10
-- filter: kind = 'engagement'
-- model: team_answers
-- small_groups: hidden
WITH answered AS (
  SELECT
    s.squad,
    r.day,
    LEFT(CAST(r.day AS STRING), 7) AS month,
    r.kind,
    r.wave,
    r.response_id,
    r.score,
    r.scale_min,
    r.scale_max
  FROM team_responses AS r
  JOIN streams AS s
    ON s.source = r.source AND s.stream = r.stream
  WHERE
    NOT s.squad IS NULL
), people AS (
  SELECT DISTINCT
    squad,
    kind,
    month,
    LOWER(wave) AS wave_name,
    response_id
  FROM answered
), placed AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY squad, kind, month, wave_name ORDER BY response_id NULLS LAST) AS place
  FROM people
), known AS (
  SELECT
    *,
    FIRST_VALUE(response_id) OVER (PARTITION BY squad, kind, month, place ORDER BY wave_name NULLS LAST) AS respondent
  FROM placed
), team_answers AS (
  SELECT
    a.squad,
    a.day,
    a.kind,
    a.wave,
    k.respondent AS response_id,
    a.score,
    a.scale_min,
    a.scale_max
  FROM answered AS a
  JOIN known AS k
    ON k.squad = a.squad
    AND k.kind = a.kind
    AND k.month = a.month
    AND k.wave_name = LOWER(a.wave)
    AND k.response_id = a.response_id
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    CAST((
      score - scale_min
    ) AS DOUBLE) / NULLIF(CAST((
      scale_max - scale_min
    ) AS DOUBLE), 0) * 10 AS amount,
    response_id AS entity
  FROM team_answers
  WHERE
    NOT squad IS NULL AND (
      kind = 'engagement'
    )
)
SELECT
  CAST(f.cut AS STRING) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(d.period_index AS BIGINT) AS period_index,
  CAST(SUM(f.amount) AS DOUBLE) AS total,
  CAST(SUM(f.amount * f.amount) AS DOUBLE) AS squares,
  CAST(COUNT(*) AS DOUBLE) AS answers,
  CAST(COUNT(DISTINCT f.entity) AS DOUBLE) AS respondents
FROM facts AS f
JOIN days AS d
  ON d.day = f.day
JOIN set_members AS s
  ON s.member = f.member
WHERE
  NOT f.amount IS NULL
GROUP BY
  f.cut,
  s.set_id,
  d.period_index
