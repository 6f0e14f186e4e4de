WITH naming AS (
  SELECT DISTINCT
    product
  FROM qualifying_events
), used AS (
  SELECT
    s.product,
    e.source,
    e.user_key,
    e.day,
    e.time_ms,
    e.session,
    e.country,
    e.plan,
    e.platform,
    CASE WHEN n.product IS NULL OR NOT (
      q.event IS NULL
    ) THEN 1 ELSE 0 END AS qualifies
  FROM events AS e
  JOIN streams AS s
    ON s.source = e.source AND s.stream = e.stream
  LEFT JOIN naming AS n
    ON n.product = s.product
  LEFT JOIN qualifying_events AS q
    ON q.product = s.product AND q.event = e.event
  WHERE
    NOT (
      s.product IS NULL
    ) AND NOT (
      e.user_key IS NULL
    )
), recorded_days AS (
  SELECT DISTINCT
    product,
    day
  FROM used
  WHERE
    NOT (
      session IS NULL
    )
), untold AS (
  SELECT
    u.product,
    u.user_key,
    u.day,
    u.time_ms,
    u.country,
    u.plan,
    u.platform,
    u.qualifies,
    lag(u.time_ms) OVER (PARTITION BY u.product, u.user_key ORDER BY u.time_ms) AS previous_ms
  FROM used AS u
  LEFT JOIN recorded_days AS r
    ON r.product = u.product AND r.day = u.day
  WHERE
    r.product IS NULL
), stretches AS (
  SELECT
    product,
    user_key,
    day,
    country,
    plan,
    platform,
    qualifies,
    SUM(
      CASE WHEN previous_ms IS NULL OR time_ms - previous_ms > 1800000 THEN 1 ELSE 0 END
    ) OVER (
      PARTITION BY product, user_key
      ORDER BY time_ms
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) AS session_number
  FROM untold
), sessions AS (
  SELECT
    product,
    MIN(day) AS day,
    MIN(country) AS country,
    MIN(plan) AS plan,
    MIN(platform) AS platform,
    MAX(qualifies) AS qualifies
  FROM used
  WHERE
    NOT (
      session IS NULL
    )
  GROUP BY
    product,
    source,
    user_key,
    session
  UNION ALL
  SELECT
    product,
    MIN(day) AS day,
    MIN(country) AS country,
    MIN(plan) AS plan,
    MIN(platform) AS platform,
    MAX(qualifies) AS qualifies
  FROM stretches
  GROUP BY
    product,
    user_key,
    session_number
)
SELECT
  product,
  day,
  country,
  plan,
  platform,
  COUNT(*) AS session_count
FROM sessions
WHERE
  qualifies = 1
GROUP BY
  product,
  day,
  country,
  plan,
  platform
