-- mrr: stock, money
-- currency: currency
-- expression: mrr
-- model: subscription_spans
WITH subscription_spans AS (
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
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    start_day,
    end_day,
    mrr AS amount,
    currency AS currency
  FROM subscription_spans
  WHERE
    NOT (
      product IS NULL
    )
), rates AS (
  SELECT
    p.period_index,
    c.currency,
    c.rate
  FROM periods AS p
  JOIN currency_spans AS c
    ON c.start_day <= p.end_day AND c.end_day > p.end_day
), by_currency AS (
  SELECT
    f.cut,
    f.member,
    f.currency,
    p.period_index,
    SUM(f.amount) AS amount,
    COUNT(*) AS fact_count
  FROM facts AS f
  JOIN periods AS p
    ON f.start_day <= p.end_day AND (
      f.end_day IS NULL OR f.end_day > p.end_day
    )
  GROUP BY
    f.cut,
    f.member,
    f.currency,
    p.period_index
), by_member AS (
  SELECT
    b.cut,
    b.member,
    b.period_index,
    SUM(CAST(CAST(b.amount AS Nullable(Float64)) * r.rate AS Nullable(Decimal(18, 6)))) AS amount,
    SUM(b.fact_count) AS fact_count,
    SUM(CASE WHEN r.rate IS NULL THEN 1 ELSE 0 END) AS unpriced
  FROM by_currency AS b
  LEFT JOIN rates AS r
    ON r.currency = b.currency AND r.period_index = b.period_index
  GROUP BY
    b.cut,
    b.member,
    b.period_index
)
SELECT
  CAST(b.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(b.period_index AS Nullable(Int64)) AS period_index,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN SUM(b.amount) END AS Nullable(Float64)) AS value,
  CAST(SUM(b.fact_count) AS Nullable(Float64)) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
