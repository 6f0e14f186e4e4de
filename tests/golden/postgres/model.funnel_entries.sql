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
), funnels AS (
  SELECT
    product,
    MAX(step) AS last_step,
    MAX(window_days) AS window_days,
    MAX(CASE WHEN step = 1 THEN event END) AS step_1,
    MAX(CASE WHEN step = 2 THEN event END) AS step_2,
    MAX(CASE WHEN step = 3 THEN event END) AS step_3,
    MAX(CASE WHEN step = 4 THEN event END) AS step_4,
    MAX(CASE WHEN step = 5 THEN event END) AS step_5,
    MAX(CASE WHEN step = 6 THEN event END) AS step_6,
    MAX(CASE WHEN step = 7 THEN event END) AS step_7,
    MAX(CASE WHEN step = 8 THEN event END) AS step_8
  FROM funnel_steps
  GROUP BY
    product
), visits AS (
  SELECT
    e.product AS product,
    e.user_key AS user_key,
    e.time AS time,
    e.day AS day,
    e.event AS event,
    e.country AS country,
    e.plan AS plan,
    f.last_step AS last_step,
    f.window_days AS window_days,
    f.step_1 AS step_1,
    f.step_2 AS step_2,
    f.step_3 AS step_3,
    f.step_4 AS step_4,
    f.step_5 AS step_5,
    f.step_6 AS step_6,
    f.step_7 AS step_7,
    f.step_8 AS step_8
  FROM user_events AS e
  JOIN funnels AS f
    ON f.product = e.product
  WHERE
    NOT e.user_key IS NULL
), flagged AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    time,
    day,
    CASE WHEN event = step_1 THEN 1 ELSE 0 END AS fills_1,
    CASE WHEN event = step_2 THEN 1 ELSE 0 END AS fills_2,
    CASE WHEN event = step_3 THEN 1 ELSE 0 END AS fills_3,
    CASE WHEN event = step_4 THEN 1 ELSE 0 END AS fills_4,
    CASE WHEN event = step_5 THEN 1 ELSE 0 END AS fills_5,
    CASE WHEN event = step_6 THEN 1 ELSE 0 END AS fills_6,
    CASE WHEN event = step_7 THEN 1 ELSE 0 END AS fills_7,
    CASE WHEN event = step_8 THEN 1 ELSE 0 END AS fills_8
  FROM visits
  WHERE
    event = step_1
    OR event = step_2
    OR event = step_3
    OR event = step_4
    OR event = step_5
    OR event = step_6
    OR event = step_7
    OR event = step_8
), begun AS (
  SELECT
    *,
    MAX(CASE WHEN fills_1 = 1 THEN time END) OVER (
      PARTITION BY product, user_key
      ORDER BY time
      RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS begun_at
  FROM flagged
), lined_up AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    time,
    day,
    fills_1,
    fills_2,
    fills_3,
    fills_4,
    fills_5,
    fills_6,
    fills_7,
    fills_8,
    ROW_NUMBER() OVER (
      PARTITION BY product, user_key
      ORDER BY time, CASE
        WHEN fills_1 = 1
        THEN 1
        WHEN fills_2 = 1
        THEN 2
        WHEN fills_3 = 1
        THEN 3
        WHEN fills_4 = 1
        THEN 4
        WHEN fills_5 = 1
        THEN 5
        WHEN fills_6 = 1
        THEN 6
        WHEN fills_7 = 1
        THEN 7
        WHEN fills_8 = 1
        THEN 8
        ELSE 9
      END, fills_1 + fills_2 + fills_3 + fills_4 + fills_5 + fills_6 + fills_7 + fills_8
    ) AS place
  FROM begun
  WHERE
    CAST(EXTRACT(epoch FROM CAST(CAST(time AS TIMESTAMP) AS TIMESTAMP) - CAST(CAST(begun_at AS TIMESTAMP) AS TIMESTAMP)) * 1000000 AS BIGINT) <= window_days * 86400000000
), before_8 AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    time,
    day,
    place,
    fills_1,
    fills_2,
    fills_3,
    fills_4,
    fills_5,
    fills_6,
    fills_7,
    fills_8,
    MIN(CASE WHEN fills_8 = 1 THEN time END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_8
  FROM lined_up
), before_7 AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    time,
    day,
    place,
    fills_1,
    fills_2,
    fills_3,
    fills_4,
    fills_5,
    fills_6,
    fills_7,
    fills_8,
    MIN(CASE WHEN fills_7 = 1 THEN time END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_7,
    MIN(CASE WHEN fills_7 = 1 THEN at_8 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_8
  FROM before_8
), before_6 AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    time,
    day,
    place,
    fills_1,
    fills_2,
    fills_3,
    fills_4,
    fills_5,
    fills_6,
    fills_7,
    fills_8,
    MIN(CASE WHEN fills_6 = 1 THEN time END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_6,
    MIN(CASE WHEN fills_6 = 1 THEN at_7 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_7,
    MIN(CASE WHEN fills_6 = 1 THEN at_8 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_8
  FROM before_7
), before_5 AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    time,
    day,
    place,
    fills_1,
    fills_2,
    fills_3,
    fills_4,
    fills_5,
    fills_6,
    fills_7,
    fills_8,
    MIN(CASE WHEN fills_5 = 1 THEN time END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_5,
    MIN(CASE WHEN fills_5 = 1 THEN at_6 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_6,
    MIN(CASE WHEN fills_5 = 1 THEN at_7 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_7,
    MIN(CASE WHEN fills_5 = 1 THEN at_8 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_8
  FROM before_6
), before_4 AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    time,
    day,
    place,
    fills_1,
    fills_2,
    fills_3,
    fills_4,
    fills_5,
    fills_6,
    fills_7,
    fills_8,
    MIN(CASE WHEN fills_4 = 1 THEN time END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_4,
    MIN(CASE WHEN fills_4 = 1 THEN at_5 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_5,
    MIN(CASE WHEN fills_4 = 1 THEN at_6 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_6,
    MIN(CASE WHEN fills_4 = 1 THEN at_7 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_7,
    MIN(CASE WHEN fills_4 = 1 THEN at_8 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_8
  FROM before_5
), before_3 AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    time,
    day,
    place,
    fills_1,
    fills_2,
    fills_3,
    fills_4,
    fills_5,
    fills_6,
    fills_7,
    fills_8,
    MIN(CASE WHEN fills_3 = 1 THEN time END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_3,
    MIN(CASE WHEN fills_3 = 1 THEN at_4 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_4,
    MIN(CASE WHEN fills_3 = 1 THEN at_5 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_5,
    MIN(CASE WHEN fills_3 = 1 THEN at_6 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_6,
    MIN(CASE WHEN fills_3 = 1 THEN at_7 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_7,
    MIN(CASE WHEN fills_3 = 1 THEN at_8 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_8
  FROM before_4
), before_2 AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    time,
    day,
    place,
    fills_1,
    fills_2,
    fills_3,
    fills_4,
    fills_5,
    fills_6,
    fills_7,
    fills_8,
    MIN(CASE WHEN fills_2 = 1 THEN time END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_2,
    MIN(CASE WHEN fills_2 = 1 THEN at_3 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_3,
    MIN(CASE WHEN fills_2 = 1 THEN at_4 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_4,
    MIN(CASE WHEN fills_2 = 1 THEN at_5 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_5,
    MIN(CASE WHEN fills_2 = 1 THEN at_6 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_6,
    MIN(CASE WHEN fills_2 = 1 THEN at_7 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_7,
    MIN(CASE WHEN fills_2 = 1 THEN at_8 END) OVER (
      PARTITION BY product, user_key
      ORDER BY place
      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS at_8
  FROM before_3
), tries AS (
  SELECT
    product,
    user_key,
    last_step,
    window_days,
    country,
    plan,
    day,
    1 + CASE
      WHEN CAST(EXTRACT(epoch FROM CAST(CAST(at_2 AS TIMESTAMP) AS TIMESTAMP) - CAST(CAST(time AS TIMESTAMP) AS TIMESTAMP)) * 1000000 AS BIGINT) <= window_days * 86400000000
      THEN 1
      ELSE 0
    END + CASE
      WHEN CAST(EXTRACT(epoch FROM CAST(CAST(at_3 AS TIMESTAMP) AS TIMESTAMP) - CAST(CAST(time AS TIMESTAMP) AS TIMESTAMP)) * 1000000 AS BIGINT) <= window_days * 86400000000
      THEN 1
      ELSE 0
    END + CASE
      WHEN CAST(EXTRACT(epoch FROM CAST(CAST(at_4 AS TIMESTAMP) AS TIMESTAMP) - CAST(CAST(time AS TIMESTAMP) AS TIMESTAMP)) * 1000000 AS BIGINT) <= window_days * 86400000000
      THEN 1
      ELSE 0
    END + CASE
      WHEN CAST(EXTRACT(epoch FROM CAST(CAST(at_5 AS TIMESTAMP) AS TIMESTAMP) - CAST(CAST(time AS TIMESTAMP) AS TIMESTAMP)) * 1000000 AS BIGINT) <= window_days * 86400000000
      THEN 1
      ELSE 0
    END + CASE
      WHEN CAST(EXTRACT(epoch FROM CAST(CAST(at_6 AS TIMESTAMP) AS TIMESTAMP) - CAST(CAST(time AS TIMESTAMP) AS TIMESTAMP)) * 1000000 AS BIGINT) <= window_days * 86400000000
      THEN 1
      ELSE 0
    END + CASE
      WHEN CAST(EXTRACT(epoch FROM CAST(CAST(at_7 AS TIMESTAMP) AS TIMESTAMP) - CAST(CAST(time AS TIMESTAMP) AS TIMESTAMP)) * 1000000 AS BIGINT) <= window_days * 86400000000
      THEN 1
      ELSE 0
    END + CASE
      WHEN CAST(EXTRACT(epoch FROM CAST(CAST(at_8 AS TIMESTAMP) AS TIMESTAMP) - CAST(CAST(time AS TIMESTAMP) AS TIMESTAMP)) * 1000000 AS BIGINT) <= window_days * 86400000000
      THEN 1
      ELSE 0
    END AS reached
  FROM before_2
  WHERE
    fills_1 = 1
)
SELECT
  product,
  user_key,
  day,
  country,
  plan,
  CASE WHEN reached >= last_step THEN 1 ELSE 0 END AS converted
FROM tries
