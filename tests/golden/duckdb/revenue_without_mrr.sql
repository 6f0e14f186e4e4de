-- revenue_without_mrr: flow, money
-- currency: currency
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
      ROW_NUMBER() OVER (PARTITION BY a.account ORDER BY LENGTH(n.account) DESC) AS fit
    FROM accounts AS a
    JOIN account_natures AS n
      ON LEFT(a.account, LENGTH(n.account)) = n.account
  )
  SELECT
    s.product,
    l.day,
    l.account,
    r.nature,
    l.amount,
    l.currency
  FROM ledger AS l
  JOIN ranked AS r
    ON r.account = l.account AND r.fit = 1
  JOIN streams AS s
    ON s.source = l.source AND s.stream = l.stream
  WHERE
    NOT s.product IS NULL
), ledger_without_mrr AS (
  WITH subscribed AS (
    SELECT DISTINCT
      s.product
    FROM subscriptions AS b
    JOIN streams AS s
      ON s.source = b.source AND s.stream = b.stream
    WHERE
      NOT s.product IS NULL
  )
  SELECT
    l.product,
    l.day,
    l.nature,
    l.amount,
    l.currency
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
    amount AS amount,
    currency AS currency
  FROM ledger_without_mrr
  WHERE
    NOT product IS NULL AND (
      nature = 'revenue'
    )
), by_currency AS (
  SELECT
    f.cut,
    f.member,
    f.currency,
    f.day,
    d.period_index,
    SUM(f.amount) AS amount,
    COUNT(*) AS fact_count
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  GROUP BY
    f.cut,
    f.member,
    f.currency,
    f.day,
    d.period_index
), by_member AS (
  SELECT
    b.cut,
    b.member,
    b.period_index,
    SUM(CAST(CAST(b.amount AS DOUBLE) * c.rate AS DECIMAL(18, 6))) AS amount,
    SUM(b.fact_count) AS fact_count,
    SUM(CASE WHEN c.rate IS NULL THEN 1 ELSE 0 END) AS unpriced
  FROM by_currency AS b
  LEFT JOIN currency_spans AS c
    ON c.currency = b.currency AND c.start_day <= b.day AND c.end_day > b.day
  GROUP BY
    b.cut,
    b.member,
    b.period_index
)
SELECT
  CAST(b.cut AS TEXT) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN SUM(b.amount) END AS DOUBLE) AS value,
  CAST(SUM(b.fact_count) AS DOUBLE) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
