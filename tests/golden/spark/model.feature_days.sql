SELECT
  s.product,
  e.user_key,
  e.day,
  e.feature,
  e.country,
  e.plan,
  e.platform,
  COUNT(*) AS use_count
FROM events AS e
JOIN streams AS s
  ON s.source = e.source AND s.stream = e.stream
WHERE
  NOT s.product IS NULL AND NOT e.user_key IS NULL AND NOT e.feature IS NULL
GROUP BY
  s.product,
  e.user_key,
  e.day,
  e.feature,
  e.country,
  e.plan,
  e.platform
