-- revenue_without_mrr: flow, money
-- expression: amount
-- filter: nature = 'revenue'
-- model: ledger_without_mrr
WITH ledger_entries AS (
  WITH accounts AS (
    SELECT DISTINCT
      account
    FROM ledger
  ), ranked AS (
    SELECT
      a.account,
      n.nature,
      ROW_NUMBER() OVER (PARTITION BY a.account ORDER BY CHAR_LENGTH(n.account) DESC) AS fit
    FROM accounts AS a
    JOIN account_natures AS n
      ON LEFT(a.account, CHAR_LENGTH(n.account)) = n.account
  )
  SELECT
    s.product,
    l.day,
    l.account,
    r.nature,
    l.amount
  FROM ledger AS l
  JOIN ranked AS r
    ON r.account = l.account AND r.fit = 1
  JOIN streams AS s
    ON s.source = l.source AND s.stream = l.stream
  WHERE
    NOT (
      s.product IS NULL
    )
), subscription_spans AS (
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
), ledger_without_mrr AS (
  WITH subscribed AS (
    SELECT DISTINCT
      product
    FROM subscription_spans
  )
  SELECT
    l.product,
    l.day,
    l.nature,
    l.amount
  FROM ledger_entries AS l
  LEFT JOIN subscribed AS p
    ON p.product = l.product
  WHERE
    p.product IS NULL
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    amount AS amount
  FROM ledger_without_mrr
  WHERE
    NOT (
      product IS NULL
    ) AND (
      nature = 'revenue'
    )
), by_member AS (
  SELECT
    f.cut,
    f.member,
    d.period_index,
    SUM(f.amount) AS amount,
    COUNT(*) AS fact_count
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  GROUP BY
    f.cut,
    f.member,
    d.period_index
)
SELECT
  CAST(b.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(b.period_index AS Nullable(Int64)) AS period_index,
  CAST(SUM(b.amount) AS Nullable(Float64)) AS value,
  CAST(SUM(b.fact_count) AS Nullable(Float64)) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
