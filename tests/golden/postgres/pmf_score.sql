-- pmf_score: score, rate
-- entity: response_id
-- expression: case when score = scale_max then 1 else 0 end
-- filter: kind = 'pmf'
-- model: survey_answers
WITH survey_answers AS (
  SELECT
    s.product,
    r.day,
    r.kind,
    r.wave,
    r.language,
    CAST(r.account_key AS TEXT) AS account,
    r.response_id,
    r.score,
    r.scale_min,
    r.scale_max
  FROM responses AS r
  JOIN streams AS s
    ON s.source = r.source AND s.stream = r.stream
  WHERE
    NOT s.product IS NULL
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    CASE WHEN score = scale_max THEN 1 ELSE 0 END AS amount,
    response_id AS entity
  FROM survey_answers
  WHERE
    NOT product IS NULL AND (
      kind = 'pmf'
    )
)
SELECT
  CAST(f.cut AS VARCHAR) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(d.period_index AS BIGINT) AS period_index,
  CAST(SUM(f.amount) AS DOUBLE PRECISION) AS total,
  CAST(SUM(f.amount * f.amount) AS DOUBLE PRECISION) AS squares,
  CAST(COUNT(*) AS DOUBLE PRECISION) AS answers,
  CAST(COUNT(DISTINCT f.entity) AS DOUBLE PRECISION) AS respondents
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
