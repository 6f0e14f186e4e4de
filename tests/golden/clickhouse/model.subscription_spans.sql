WITH seen AS (
  SELECT
    source,
    subscription_id,
    account_key,
    stream,
    plan,
    channel,
    currency,
    CAST(amount AS Nullable(Float64)) / nullIf(CAST(interval_months AS Nullable(Float64)), 0) AS monthly_amount,
    start_day,
    end_day,
    observed_day,
    CASE WHEN COALESCE(status, '') IN ('unpaid', 'paused') THEN 1 ELSE 0 END AS is_unpaid,
    CASE
      WHEN COALESCE(status, '') IN ('unpaid', 'paused')
      THEN 0
      WHEN end_day IS NULL OR end_day > observed_day
      THEN 1
      ELSE 0
    END AS is_running,
    ROW_NUMBER() OVER (PARTITION BY source, subscription_id ORDER BY observed_at) AS version_number,
    lag(observed_day) OVER (PARTITION BY source, subscription_id ORDER BY observed_at) AS previous_export_day
  FROM subscription_versions
), states AS (
  SELECT
    *,
    MAX(CASE WHEN is_unpaid = 1 THEN version_number ELSE 0 END) OVER (
      PARTITION BY source, subscription_id
      ORDER BY version_number
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) AS last_unpaid,
    MAX(CASE WHEN is_running = 1 THEN version_number ELSE 0 END) OVER (
      PARTITION BY source, subscription_id
      ORDER BY version_number
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) AS last_running,
    lead(is_unpaid) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS next_is_unpaid
  FROM seen
), versions AS (
  SELECT
    *,
    CASE WHEN is_unpaid = 1 THEN COALESCE(end_day, start_day) ELSE end_day END AS told_end_day,
    ROW_NUMBER() OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS told_number,
    lag(version_number) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS previous_version,
    lag(is_unpaid) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS previous_is_unpaid,
    lag(start_day) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS previous_start_day,
    lag(end_day) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS previous_end_day,
    lag(observed_day) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS previous_observed_day,
    lead(observed_day) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS next_observed_day
  FROM states
  WHERE
    version_number = 1 OR last_unpaid <= last_running
), beginnings AS (
  SELECT
    *,
    CASE
      WHEN told_number = 1
      THEN 0
      WHEN previous_version < version_number - 1 OR previous_is_unpaid = 1
      THEN 1
      ELSE 0
    END AS is_paid_again,
    CASE
      WHEN told_number = 1
      THEN 0
      WHEN previous_version < version_number - 1 OR previous_is_unpaid = 1
      THEN 1
      WHEN previous_end_day <= previous_observed_day
      AND (
        end_day IS NULL OR end_day > previous_observed_day
      )
      THEN 1
      WHEN (
        previous_end_day IS NULL OR previous_end_day > previous_observed_day
      )
      AND previous_start_day < previous_observed_day
      AND start_day > previous_observed_day
      THEN 1
      ELSE 0
    END AS is_new_run
  FROM versions
), numbered AS (
  SELECT
    *,
    SUM(is_new_run) OVER (
      PARTITION BY source, subscription_id
      ORDER BY version_number
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) AS run
  FROM beginnings
), bounded AS (
  SELECT
    *,
    FIRST_VALUE(start_day) OVER (PARTITION BY source, subscription_id, run ORDER BY version_number DESC) AS first_day,
    FIRST_VALUE(told_end_day) OVER (PARTITION BY source, subscription_id, run ORDER BY version_number DESC) AS last_day
  FROM numbered
), followed AS (
  SELECT
    *,
    lag(last_day) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS previous_last_day,
    lead(is_new_run) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS next_is_new_run,
    lead(first_day) OVER (PARTITION BY source, subscription_id ORDER BY version_number) AS next_first_day
  FROM bounded
), runs AS (
  SELECT
    *,
    CASE
      WHEN is_new_run = 0
      THEN first_day
      WHEN is_paid_again = 1
      THEN GREATEST(first_day, previous_export_day)
      WHEN previous_last_day < first_day
      THEN first_day
      WHEN first_day >= observed_day
      THEN first_day
      ELSE previous_export_day
    END AS begins
  FROM followed
), begun AS (
  SELECT
    *,
    FIRST_VALUE(begins) OVER (PARTITION BY source, subscription_id, run ORDER BY version_number) AS run_day
  FROM runs
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
      WHEN v.told_number = 1 OR v.is_new_run = 1
      THEN v.run_day
      WHEN v.previous_observed_day < v.run_day
      THEN v.run_day
      ELSE v.previous_observed_day
    END AS start_day,
    CASE
      WHEN v.next_is_unpaid = 1
      THEN LEAST(COALESCE(v.last_day, v.observed_day), v.observed_day)
      WHEN v.next_observed_day IS NULL
      THEN v.last_day
      WHEN v.next_is_new_run = 1 AND v.last_day < v.next_first_day
      THEN v.last_day
      WHEN v.last_day IS NULL OR v.last_day > v.observed_day
      THEN v.observed_day
      ELSE v.last_day
    END AS end_day
  FROM begun AS v
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
