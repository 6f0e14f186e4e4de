-- negative_verbatims: flow, count
-- expression: has_text * is_negative
-- model: received_feedback
WITH received_feedback AS (
  WITH answers AS (
    SELECT
      r.source,
      r.stream,
      r.response_id,
      MIN(r.day) AS day,
      MAX(CASE WHEN NOT (
        r.themes IS NULL
      ) THEN 1 ELSE 0 END) AS has_text,
      MAX(
        CASE
          WHEN r.kind = 'nps' AND r.score <= 6
          THEN 1
          WHEN r.kind = 'csat' AND (
            r.score - r.scale_min
          ) * 4 <= r.scale_max - r.scale_min
          THEN 1
          ELSE 0
        END
      ) AS is_negative
    FROM responses AS r
    GROUP BY
      r.source,
      r.stream,
      r.response_id
  )
  SELECT
    s.product,
    f.day,
    f.kind,
    f.source,
    CASE WHEN NOT (
      f.themes IS NULL
    ) THEN 1 ELSE 0 END AS has_text,
    CASE
      WHEN f.scale_max = 10 AND f.rating <= 6
      THEN 1
      WHEN f.scale_max <> 10
      AND (
        f.rating - f.scale_min
      ) * 4 <= f.scale_max - f.scale_min
      THEN 1
      ELSE 0
    END AS is_negative
  FROM feedback AS f
  JOIN streams AS s
    ON s.source = f.source AND s.stream = f.stream
  WHERE
    NOT (
      s.product IS NULL
    )
  UNION ALL
  SELECT
    s.product,
    a.day,
    'verbatim' AS kind,
    a.source,
    1 AS has_text,
    a.is_negative
  FROM answers AS a
  JOIN streams AS s
    ON s.source = a.source AND s.stream = a.stream
  WHERE
    NOT (
      s.product IS NULL
    ) AND a.has_text = 1
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    has_text * is_negative AS amount
  FROM received_feedback
  WHERE
    NOT (
      product IS NULL
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
