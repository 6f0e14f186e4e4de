-- paying_accounts: stock, count
-- currency: currency
-- distinct: True
-- entity: account_key
-- expression: mrr
-- model: subscription_spans
WITH facts AS (
  SELECT
    product AS member,
    '' AS cut,
    start_day,
    end_day,
    mrr AS amount,
    account_key AS entity,
    currency AS currency
  FROM subscription_spans
  WHERE
    NOT product IS NULL
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
    f.entity,
    f.currency,
    p.period_index,
    SUM(f.amount) AS amount
  FROM facts AS f
  JOIN periods AS p
    ON f.start_day <= p.end_day AND (
      f.end_day IS NULL OR f.end_day > p.end_day
    )
  WHERE
    NOT f.entity IS NULL
  GROUP BY
    f.cut,
    f.member,
    f.entity,
    f.currency,
    p.period_index
), held AS (
  SELECT
    b.cut,
    s.set_id,
    b.period_index,
    b.entity,
    SUM(CAST(CAST(b.amount AS DOUBLE) * r.rate AS DECIMAL(18, 6))) AS amount,
    SUM(CASE WHEN r.rate IS NULL THEN 1 ELSE 0 END) AS unpriced
  FROM by_currency AS b
  JOIN set_members AS s
    ON s.member = b.member
  LEFT JOIN rates AS r
    ON r.currency = b.currency AND r.period_index = b.period_index
  GROUP BY
    b.cut,
    s.set_id,
    b.period_index,
    b.entity
)
SELECT
  CAST(cut AS STRING) AS cut,
  CAST(set_id AS BIGINT) AS set_id,
  CAST(period_index AS BIGINT) AS period_index,
  CAST(CASE WHEN SUM(unpriced) = 0 THEN SUM(CASE WHEN amount > 0 THEN 1 ELSE 0 END) END AS DOUBLE) AS value,
  CAST(SUM(CASE WHEN amount > 0 THEN 1 ELSE 0 END) AS DOUBLE) AS n
FROM held
GROUP BY
  cut,
  set_id,
  period_index
