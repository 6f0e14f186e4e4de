WITH activations AS (
  SELECT
    u.product,
    u.user_key,
    MIN(e.day) AS activated_day,
    MIN(e.time_ms) AS activated_ms
  FROM events AS e
  JOIN streams AS s
    ON s.source = e.source AND s.stream = e.stream
  JOIN products AS p
    ON p.product = s.product AND p.activation_event = e.event
  JOIN signups AS u
    ON u.product = s.product AND u.user_key = e.user_key
  WHERE
    e.time_ms >= u.signed_up_ms
  GROUP BY
    u.product,
    u.user_key
)
SELECT
  u.product,
  u.user_key,
  u.day,
  u.country,
  u.plan,
  DATEDIFF(DAY, CAST(u.day AS DATE), CAST(a.activated_day AS DATE)) AS days_to_activation,
  CAST((
    a.activated_ms - u.signed_up_ms
  ) AS DOUBLE) / NULLIF(CAST(3600000 AS DOUBLE), 0) AS hours_to_activation,
  COALESCE(p.activation_days, 7) AS activation_days
FROM signups AS u
LEFT JOIN activations AS a
  ON a.product = u.product AND a.user_key = u.user_key
LEFT JOIN products AS p
  ON p.product = u.product
