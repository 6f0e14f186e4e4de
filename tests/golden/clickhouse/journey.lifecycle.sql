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
    TRUE
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
), first_visits AS (
  SELECT
    cut,
    unit,
    MIN(time) AS time,
    MIN(day) AS day
  FROM matched
  GROUP BY
    cut,
    unit
), first_active AS (
  SELECT
    v.cut AS cut,
    v.unit AS unit,
    p.interval_index AS interval_index
  FROM first_visits AS v
  JOIN spans AS p
    ON p.day = v.day
  GROUP BY
    v.cut,
    v.unit,
    p.interval_index
), neighbours AS (
  SELECT
    unit,
    interval_index,
    lag(interval_index) OVER (PARTITION BY unit ORDER BY interval_index) AS earlier_index,
    lead(interval_index) OVER (PARTITION BY unit ORDER BY interval_index) AS later_index
  FROM active
), states AS (
  SELECT
    n.interval_index AS interval_index,
    CASE WHEN NOT (
      f.unit IS NULL
    ) THEN 1 ELSE 0 END AS is_new,
    CASE WHEN n.earlier_index = n.interval_index - 1 THEN 1 ELSE 0 END AS is_returning,
    0 AS is_dormant
  FROM neighbours AS n
  LEFT JOIN first_active AS f
    ON f.unit = n.unit AND f.interval_index = n.interval_index
), silences AS (
  SELECT
    interval_index + 1 AS interval_index,
    0 AS is_new,
    0 AS is_returning,
    1 AS is_dormant
  FROM neighbours
  WHERE
    later_index IS NULL OR later_index > interval_index + 1
), both AS (
  SELECT
    interval_index,
    is_new,
    is_returning,
    is_dormant
  FROM states
  UNION ALL
  SELECT
    interval_index,
    is_new,
    is_returning,
    is_dormant
  FROM silences
)
SELECT
  CAST(interval_index AS Nullable(Int64)) AS interval_index,
  CAST(SUM(is_new) AS Nullable(Int64)) AS new,
  CAST(SUM(is_returning) AS Nullable(Int64)) AS returning,
  CAST(SUM(CASE WHEN is_new = 0 AND is_returning = 0 AND is_dormant = 0 THEN 1 ELSE 0 END) AS Nullable(Int64)) AS resurrecting,
  CAST(SUM(is_dormant) AS Nullable(Int64)) AS dormant
FROM both
GROUP BY
  interval_index
