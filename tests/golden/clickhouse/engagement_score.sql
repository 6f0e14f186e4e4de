-- engagement_score: score, score
-- entity: response_id
-- expression: (score - scale_min) / (scale_max - scale_min) * 10
-- filter: kind = 'engagement'
-- model: team_answers
-- small_groups: hidden
WITH team_answers AS (
  SELECT
    s.squad,
    r.day,
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
    NOT (
      s.squad IS NULL
    )
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    CAST((
      score - scale_min
    ) AS Nullable(Float64)) / nullIf(CAST((
      scale_max - scale_min
    ) AS Nullable(Float64)), 0) * 10 AS amount,
    response_id AS entity
  FROM team_answers
  WHERE
    NOT (
      squad IS NULL
    ) AND (
      kind = 'engagement'
    )
)
SELECT
  CAST(f.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(d.period_index AS Nullable(Int64)) AS period_index,
  CAST(SUM(f.amount) AS Nullable(Float64)) AS total,
  CAST(SUM(f.amount * f.amount) AS Nullable(Float64)) AS squares,
  CAST(COUNT(*) AS Nullable(Float64)) AS answers,
  CAST(COUNT(DISTINCT f.entity) AS Nullable(Float64)) AS respondents
FROM facts AS f
JOIN days AS d
  ON d.day = f.day
JOIN set_members AS s
  ON s.member = f.member
WHERE
  NOT (
    f.amount IS NULL
  )
GROUP BY
  f.cut,
  s.set_id,
  d.period_index
