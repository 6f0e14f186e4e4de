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
    CASE WHEN event = {v2: Nullable(String)} THEN 1 ELSE 0 END AS fills_2,
    CASE WHEN event = {v3: Nullable(String)} THEN 1 ELSE 0 END AS fills_3,
    ROW_NUMBER() OVER (PARTITION BY unit, cut ORDER BY time) AS place
  FROM visits
  WHERE
    event = {v1: Nullable(String)}
    OR event = {v2: Nullable(String)}
    OR event = {v3: Nullable(String)}
), turn_1_1 AS (
  SELECT
    *,
    time AS own_1_1
  FROM flagged
), turn_2_1 AS (
  SELECT
    *,
    time AS own_2_1
  FROM turn_1_1
), turn_3_1 AS (
  SELECT
    *,
    time AS own_3_1
  FROM turn_2_1
), starts AS (
  SELECT
    unit,
    cut,
    place,
    time,
    day,
    MIN(CASE WHEN fills_1 = 1 THEN own_1_1 END) OVER (
      PARTITION BY unit, cut
      ORDER BY time
      RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS at_1_1,
    MIN(CASE WHEN fills_2 = 1 THEN own_2_1 END) OVER (
      PARTITION BY unit, cut
      ORDER BY time
      RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS at_2_1,
    MIN(CASE WHEN fills_3 = 1 THEN own_3_1 END) OVER (
      PARTITION BY unit, cut
      ORDER BY time
      RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS at_3_1
  FROM turn_3_1
), met AS (
  SELECT
    unit,
    cut,
    place,
    day,
    at_1_1 AS met_at
  FROM starts
  WHERE
    DATE_DIFF(MICROSECOND, CAST(time AS Nullable(DateTime)), CAST(at_1_1 AS Nullable(DateTime))) <= 1209600000000
  UNION ALL
  SELECT
    unit,
    cut,
    place,
    day,
    at_2_1 AS met_at
  FROM starts
  WHERE
    DATE_DIFF(MICROSECOND, CAST(time AS Nullable(DateTime)), CAST(at_2_1 AS Nullable(DateTime))) <= 1209600000000
  UNION ALL
  SELECT
    unit,
    cut,
    place,
    day,
    at_3_1 AS met_at
  FROM starts
  WHERE
    DATE_DIFF(MICROSECOND, CAST(time AS Nullable(DateTime)), CAST(at_3_1 AS Nullable(DateTime))) <= 1209600000000
), in_turn AS (
  SELECT
    unit,
    cut,
    place,
    day,
    met_at,
    ROW_NUMBER() OVER (PARTITION BY unit, cut, place ORDER BY met_at) AS step,
    lag(met_at) OVER (PARTITION BY unit, cut, place ORDER BY met_at) AS before
  FROM met
), tries AS (
  SELECT
    unit,
    cut,
    day,
    COUNT(*) AS reached,
    MAX(
      CASE
        WHEN step = 2
        THEN CAST(DATE_DIFF(MICROSECOND, before, met_at) AS Nullable(Float64)) / nullIf(CAST(1000000 AS Nullable(Float64)), 0)
      END
    ) AS seconds_2,
    MAX(
      CASE
        WHEN step = 3
        THEN CAST(DATE_DIFF(MICROSECOND, before, met_at) AS Nullable(Float64)) / nullIf(CAST(1000000 AS Nullable(Float64)), 0)
      END
    ) AS seconds_3
  FROM in_turn
  GROUP BY
    unit,
    cut,
    place,
    day
), compared AS (
  SELECT
    unit,
    cut,
    reached,
    seconds_2,
    seconds_3,
    MAX(reached) OVER (PARTITION BY unit, cut) AS furthest
  FROM tries
), people AS (
  SELECT
    unit,
    cut,
    furthest,
    CAST(SUM(seconds_2) AS Nullable(Float64)) / nullIf(CAST(COUNT(*) AS Nullable(Float64)), 0) AS seconds_2,
    CAST(SUM(seconds_3) AS Nullable(Float64)) / nullIf(CAST(COUNT(*) AS Nullable(Float64)), 0) AS seconds_3
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
  CAST(SUM(CASE WHEN furthest >= 3 THEN 1 ELSE 0 END) AS Nullable(Int64)) AS units_3,
  CAST(CAST(SUM(seconds_2) AS Nullable(Float64)) / nullIf(CAST(COUNT(seconds_2) AS Nullable(Float64)), 0) AS Nullable(Float64)) AS mean_2,
  CAST(quantileExactInclusive(0.5)(seconds_2) AS Nullable(Float64)) AS median_2,
  CAST(CAST(SUM(seconds_3) AS Nullable(Float64)) / nullIf(CAST(COUNT(seconds_3) AS Nullable(Float64)), 0) AS Nullable(Float64)) AS mean_3,
  CAST(quantileExactInclusive(0.5)(seconds_3) AS Nullable(Float64)) AS median_3
FROM people
GROUP BY
  cut
