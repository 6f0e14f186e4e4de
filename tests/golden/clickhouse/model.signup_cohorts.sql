WITH signups AS (
  SELECT
    s.product,
    e.user_key,
    MIN(e.time) AS signed_up_at,
    MIN(e.day) AS day,
    MIN(e.country) AS country,
    MIN(e.plan) AS plan
  FROM events AS e
  JOIN streams AS s
    ON s.source = e.source AND s.stream = e.stream
  JOIN products AS p
    ON p.product = s.product AND p.signup_event = e.event
  WHERE
    NOT (
      e.user_key IS NULL
    )
  GROUP BY
    s.product,
    e.user_key
), activations AS (
  SELECT
    u.product,
    u.user_key,
    MIN(e.day) AS activated_day
  FROM events AS e
  JOIN streams AS s
    ON s.source = e.source AND s.stream = e.stream
  JOIN products AS p
    ON p.product = s.product AND p.activation_event = e.event
  JOIN signups AS u
    ON u.product = s.product AND u.user_key = e.user_key
  WHERE
    e.time >= u.signed_up_at
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
  DATE_DIFF(DAY, CAST(u.day AS Nullable(DATE)), CAST(a.activated_day AS Nullable(DATE))) AS days_to_activation
FROM signups AS u
LEFT JOIN activations AS a
  ON a.product = u.product AND a.user_key = u.user_key
