WITH naming AS (
  SELECT DISTINCT
    product
  FROM qualifying_events
)
SELECT
  s.product,
  e.user_key,
  e.day,
  e.country,
  e.plan,
  e.platform,
  COUNT(*) AS event_count
FROM events AS e
JOIN streams AS s
  ON s.source = e.source AND s.stream = e.stream
LEFT JOIN naming AS n
  ON n.product = s.product
LEFT JOIN qualifying_events AS q
  ON q.product = s.product AND q.event = e.event
WHERE
  NOT s.product IS NULL
  AND NOT e.user_key IS NULL
  AND (
    n.product IS NULL OR NOT q.event IS NULL
  )
GROUP BY
  s.product,
  e.user_key,
  e.day,
  e.country,
  e.plan,
  e.platform
