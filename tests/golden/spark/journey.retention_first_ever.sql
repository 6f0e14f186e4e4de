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
    NOT s.product IS NULL
), visits AS (
  SELECT
    e.account_key AS unit,
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
    NOT e.account_key IS NULL AND COALESCE(plan, '') <> :v3
), targets AS (
  SELECT
    unit,
    cut,
    time,
    day
  FROM visits
  WHERE
    event = :v1 AND country = :v2
), returned AS (
  SELECT
    unit,
    cut,
    time,
    day
  FROM visits
  WHERE
    event = :v1 AND country = :v2
), named AS (
  SELECT
    unit,
    cut,
    time,
    day
  FROM visits
  WHERE
    event = :v1
), first_named AS (
  SELECT
    cut,
    unit,
    MIN(time) AS time,
    MIN(day) AS day
  FROM named
  GROUP BY
    cut,
    unit
), first_targets AS (
  SELECT
    t.cut AS cut,
    t.unit AS unit,
    t.time AS time,
    t.day AS day
  FROM targets AS t
  JOIN first_named AS f
    ON t.cut = f.cut AND t.unit = f.unit AND t.time = f.time
  GROUP BY
    t.cut,
    t.unit,
    t.time,
    t.day
), cohorts AS (
  SELECT
    v.cut AS cut,
    v.unit AS unit,
    p.interval_index AS interval_index
  FROM first_targets AS v
  JOIN spans AS p
    ON p.day = v.day AND v.time >= p.from_time AND v.time < p.until_time
  GROUP BY
    v.cut,
    v.unit,
    p.interval_index
), came_back AS (
  SELECT
    v.cut AS cut,
    v.unit AS unit,
    p.interval_index AS interval_index
  FROM returned AS v
  JOIN spans AS p
    ON p.day = v.day AND v.time >= p.from_time AND v.time < p.until_time
  GROUP BY
    v.cut,
    v.unit,
    p.interval_index
  HAVING
    COUNT(*) >= 2
), offsets AS (
  SELECT
    c.cut AS cut,
    c.interval_index AS cohort_index,
    MAX(r.interval_index - c.interval_index) AS offset_index
  FROM cohorts AS c
  JOIN came_back AS r
    ON r.cut = c.cut
    AND r.unit = c.unit
    AND r.interval_index > c.interval_index
    AND r.interval_index < c.interval_index + 12
  GROUP BY
    c.cut,
    c.unit,
    c.interval_index
), cells AS (
  SELECT
    cut,
    interval_index AS cohort_index,
    0 AS offset_index
  FROM cohorts
  UNION ALL
  SELECT
    cut,
    cohort_index,
    offset_index
  FROM offsets
)
SELECT
  CAST(cut AS STRING) AS cut,
  CAST(cohort_index AS BIGINT) AS cohort_index,
  CAST(offset_index AS BIGINT) AS offset_index,
  CAST(COUNT(*) AS BIGINT) AS units
FROM cells
GROUP BY
  cut,
  cohort_index,
  offset_index
