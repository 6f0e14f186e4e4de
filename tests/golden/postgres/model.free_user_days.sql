WITH ranked AS (
  SELECT
    s.product,
    q.version,
    q.event,
    q.least_count,
    LOWER(q.free_plan) AS free_plan,
    ROW_NUMBER() OVER (PARTITION BY s.product ORDER BY q.version DESC NULLS LAST, q.source) AS place
  FROM qualifying_usage AS q
  JOIN streams AS s
    ON s.source = q.source AND s.stream = q.stream
  WHERE
    NOT s.product IS NULL
), rules AS (
  SELECT
    product,
    version,
    event,
    least_count,
    free_plan
  FROM ranked
  WHERE
    place = 1
), uses AS (
  SELECT
    r.product,
    e.user_key,
    e.day,
    COUNT(*) AS use_count
  FROM events AS e
  JOIN streams AS s
    ON s.source = e.source AND s.stream = e.stream
  JOIN rules AS r
    ON r.product = s.product AND r.event = e.event
  WHERE
    NOT e.user_key IS NULL
  GROUP BY
    r.product,
    e.user_key,
    e.day
), running AS (
  SELECT
    product,
    user_key,
    day,
    SUM(use_count) OVER (
      PARTITION BY product, user_key
      ORDER BY day
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) AS uses_so_far
  FROM uses
), reached AS (
  SELECT
    u.product,
    u.user_key,
    MIN(u.day) AS reached_day
  FROM running AS u
  JOIN rules AS r
    ON r.product = u.product
  WHERE
    u.uses_so_far >= r.least_count
  GROUP BY
    u.product,
    u.user_key
)
SELECT
  a.product,
  a.user_key,
  a.day,
  r.version,
  MAX(CASE WHEN q.reached_day <= a.day THEN 1 ELSE 0 END) AS is_qualified
FROM activity_days AS a
JOIN rules AS r
  ON r.product = a.product AND r.free_plan = LOWER(a.plan)
LEFT JOIN reached AS q
  ON q.product = a.product AND q.user_key = a.user_key
GROUP BY
  a.product,
  a.user_key,
  a.day,
  r.version
