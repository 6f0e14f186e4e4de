WITH user_events AS (
  SELECT
    s.product,
    e.user_key,
    e.account_key,
    e.time,
    e.day,
    e.event,
    e.feature,
    e.session,
    e.platform,
    e.country,
    e.plan
  FROM events AS e
  JOIN streams AS s
    ON s.source = e.source AND s.stream = e.stream
  WHERE
    NOT (
      s.product IS NULL
    )
), visits AS (
  SELECT
    e.user_key AS unit,
    '' AS cut,
    e.time AS time,
    e.day AS day,
    e.event AS event,
    e.feature AS feature,
    e.session AS session,
    e.platform AS platform,
    e.country AS country,
    e.plan AS plan
  FROM user_events AS e
  JOIN set_members AS s
    ON s.member = e.product
  WHERE
    NOT (
      e.user_key IS NULL
    )
), matched AS (
  SELECT
    unit,
    cut,
    time,
    day
  FROM visits
  WHERE
    event = {v1: Nullable(String)}
), active AS (
  SELECT
    v.cut AS cut,
    v.unit AS unit,
    p.interval_index AS interval_index
  FROM matched AS v
  JOIN spans AS p
    ON p.day = v.day
  GROUP BY
    v.cut,
    v.unit,
    p.interval_index
  HAVING
    COUNT(*) >= 1
), counted AS (
  SELECT
    unit,
    COUNT(*) AS active_count
  FROM active
  GROUP BY
    unit
)
SELECT
  CAST(active_count AS Nullable(Int64)) AS active_count,
  CAST(COUNT(*) AS Nullable(Int64)) AS units
FROM counted
GROUP BY
  active_count
