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
    e.user_key AS unit,
    COALESCE(e.plan, '') AS cut,
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
    NOT e.user_key IS NULL
), flagged AS (
  SELECT
    unit,
    cut,
    time,
    day,
    CASE WHEN event = :v1 THEN 1 ELSE 0 END AS fills_1,
    CASE WHEN event = :v1 AND country = :v2 THEN 1 ELSE 0 END AS fills_2
  FROM visits
  WHERE
    event = :v1 OR (
      event = :v1 AND country = :v2
    )
), begun AS (
  SELECT
    *,
    MAX(CASE WHEN fills_1 = 1 THEN time END) OVER (
      PARTITION BY unit, cut
      ORDER BY time NULLS LAST
      RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS begun_at
  FROM flagged
), lined_up AS (
  SELECT
    unit,
    cut,
    time,
    day,
    fills_1,
    fills_2,
    ROW_NUMBER() OVER (
      PARTITION BY unit, cut
      ORDER BY time NULLS LAST, CASE WHEN fills_1 = 1 THEN 1 WHEN fills_2 = 1 THEN 2 ELSE 3 END NULLS LAST, fills_1 + fills_2 NULLS LAST
    ) AS place
  FROM begun
  WHERE
    DATEDIFF(MICROSECOND, CAST(begun_at AS TIMESTAMP), CAST(time AS TIMESTAMP)) <= 1209600000000
), before_2 AS (
  SELECT
    unit,
    cut,
    time,
    day,
    place,
    fills_1,
    fills_2,
    MIN(CASE WHEN fills_2 = 1 THEN time END) OVER (
      PARTITION BY unit, cut
      ORDER BY place NULLS LAST
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_2
  FROM lined_up
), tries AS (
  SELECT
    unit,
    cut,
    day,
    CASE
      WHEN DATEDIFF(MICROSECOND, CAST(time AS TIMESTAMP), CAST(at_2 AS TIMESTAMP)) <= 1209600000000
      THEN CAST(DATEDIFF(MICROSECOND, time, at_2) AS DOUBLE) / NULLIF(CAST(1000000 AS DOUBLE), 0)
    END AS seconds_2,
    1 + CASE
      WHEN DATEDIFF(MICROSECOND, CAST(time AS TIMESTAMP), CAST(at_2 AS TIMESTAMP)) <= 1209600000000
      THEN 1
      ELSE 0
    END AS reached
  FROM before_2
  WHERE
    fills_1 = 1
), compared AS (
  SELECT
    unit,
    cut,
    reached,
    seconds_2,
    MAX(reached) OVER (PARTITION BY unit, cut) AS furthest
  FROM tries
), people AS (
  SELECT
    unit,
    cut,
    furthest,
    CAST(SUM(seconds_2) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0) AS seconds_2
  FROM compared
  WHERE
    reached = furthest
  GROUP BY
    unit,
    cut,
    furthest
)
SELECT
  CAST(cut AS STRING) AS cut,
  CAST(SUM(CASE WHEN furthest >= 1 THEN 1 ELSE 0 END) AS BIGINT) AS units_1,
  CAST(SUM(CASE WHEN furthest >= 2 THEN 1 ELSE 0 END) AS BIGINT) AS units_2,
  CAST(CAST(SUM(seconds_2) AS DOUBLE) / NULLIF(CAST(COUNT(seconds_2) AS DOUBLE), 0) AS DOUBLE) AS mean_2,
  CAST(percentile(seconds_2, 0.5) AS DOUBLE) AS median_2
FROM people
GROUP BY
  cut
