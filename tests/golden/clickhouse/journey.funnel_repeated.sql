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
    NOT (
      e.user_key IS NULL
    )
), flagged AS (
  SELECT
    unit,
    cut,
    time,
    day,
    CASE WHEN event = {v1: Nullable(String)} THEN 1 ELSE 0 END AS fills_1,
    CASE
      WHEN event = {v1: Nullable(String)} AND country = {v2: Nullable(String)}
      THEN 1
      ELSE 0
    END AS fills_2
  FROM visits
  WHERE
    event = {v1: Nullable(String)}
    OR (
      event = {v1: Nullable(String)} AND country = {v2: Nullable(String)}
    )
), begun AS (
  SELECT
    *,
    MAX(CASE WHEN fills_1 = 1 THEN time END) OVER (
      PARTITION BY unit, cut
      ORDER BY time
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
      ORDER BY time, CASE WHEN fills_1 = 1 THEN 1 WHEN fills_2 = 1 THEN 2 ELSE 3 END, fills_1 + fills_2
    ) AS place
  FROM begun
  WHERE
    DATE_DIFF(MICROSECOND, CAST(begun_at AS Nullable(DateTime)), CAST(time AS Nullable(DateTime))) <= 1209600000000
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
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_2
  FROM lined_up
), tries AS (
  SELECT
    unit,
    cut,
    day,
    CASE
      WHEN DATE_DIFF(MICROSECOND, CAST(time AS Nullable(DateTime)), CAST(at_2 AS Nullable(DateTime))) <= 1209600000000
      THEN CAST(DATE_DIFF(MICROSECOND, time, at_2) AS Nullable(Float64)) / nullIf(CAST(1000000 AS Nullable(Float64)), 0)
    END AS seconds_2,
    1 + CASE
      WHEN DATE_DIFF(MICROSECOND, CAST(time AS Nullable(DateTime)), CAST(at_2 AS Nullable(DateTime))) <= 1209600000000
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
    CAST(SUM(seconds_2) AS Nullable(Float64)) / nullIf(CAST(COUNT(*) AS Nullable(Float64)), 0) AS seconds_2
  FROM compared
  WHERE
    reached = furthest
  GROUP BY
    unit,
    cut,
    furthest
)
SELECT
  CAST(cut AS Nullable(String)) AS cut,
  CAST(SUM(CASE WHEN furthest >= 1 THEN 1 ELSE 0 END) AS Nullable(Int64)) AS units_1,
  CAST(SUM(CASE WHEN furthest >= 2 THEN 1 ELSE 0 END) AS Nullable(Int64)) AS units_2,
  CAST(CAST(SUM(seconds_2) AS Nullable(Float64)) / nullIf(CAST(COUNT(seconds_2) AS Nullable(Float64)), 0) AS Nullable(Float64)) AS mean_2,
  CAST(quantileExactInclusive(0.5)(seconds_2) AS Nullable(Float64)) AS median_2
FROM people
GROUP BY
  cut
