WITH versions AS (
  SELECT
    source,
    subscription_id,
    account_key,
    stream,
    plan,
    channel,
    currency,
    CAST(amount AS Nullable(Float64)) / nullIf(CAST(interval_months AS Nullable(Float64)), 0) AS monthly_amount,
    observed_day,
    ROW_NUMBER() OVER (PARTITION BY source, subscription_id ORDER BY observed_at) AS version_number,
    lag(observed_day) OVER (PARTITION BY source, subscription_id ORDER BY observed_at) AS previous_observed_day,
    lead(observed_day) OVER (PARTITION BY source, subscription_id ORDER BY observed_at) AS next_observed_day,
    FIRST_VALUE(start_day) OVER (PARTITION BY source, subscription_id ORDER BY observed_at DESC) AS first_day,
    FIRST_VALUE(end_day) OVER (PARTITION BY source, subscription_id ORDER BY observed_at DESC) AS last_day
  FROM subscription_versions
), spans AS (
  SELECT
    v.source,
    v.stream,
    v.account_key,
    v.plan,
    v.channel,
    v.currency,
    CAST(v.monthly_amount AS Nullable(Decimal(18, 6))) AS mrr,
    CASE
      WHEN v.version_number = 1 OR v.previous_observed_day < v.first_day
      THEN v.first_day
      ELSE v.previous_observed_day
    END AS start_day,
    CASE
      WHEN v.next_observed_day IS NULL
      THEN v.last_day
      WHEN v.last_day IS NULL OR v.last_day > v.observed_day
      THEN v.observed_day
      ELSE v.last_day
    END AS end_day
  FROM versions AS v
)
SELECT
  s.product,
  p.account_key,
  p.plan,
  p.channel,
  p.currency,
  p.mrr,
  p.start_day,
  p.end_day
FROM spans AS p
JOIN streams AS s
  ON s.source = p.source AND s.stream = p.stream
WHERE
  NOT (
    s.product IS NULL
  )
  AND (
    p.end_day IS NULL OR p.end_day > p.start_day
  )
