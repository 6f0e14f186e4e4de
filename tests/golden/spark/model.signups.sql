WITH exporting AS (
  SELECT DISTINCT
    s.product
  FROM users AS u
  JOIN streams AS s
    ON s.source = u.source AND s.stream = u.stream
  WHERE
    NOT s.product IS NULL
)
SELECT
  s.product,
  u.user_key,
  MIN(u.signed_up_ms) AS signed_up_ms,
  MIN(u.signed_up_day) AS day,
  MIN(u.country) AS country,
  MIN(u.plan) AS plan
FROM users AS u
JOIN streams AS s
  ON s.source = u.source AND s.stream = u.stream
WHERE
  NOT s.product IS NULL
GROUP BY
  s.product,
  u.user_key
UNION ALL
SELECT
  s.product,
  e.user_key,
  MIN(e.time_ms) AS signed_up_ms,
  MIN(e.day) AS day,
  MIN(e.country) AS country,
  MIN(e.plan) AS plan
FROM events AS e
JOIN streams AS s
  ON s.source = e.source AND s.stream = e.stream
JOIN products AS p
  ON p.product = s.product AND p.signup_event = e.event
LEFT JOIN exporting AS x
  ON x.product = s.product
WHERE
  NOT e.user_key IS NULL AND x.product IS NULL
GROUP BY
  s.product,
  e.user_key
