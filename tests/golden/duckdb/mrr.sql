-- mrr: stock, money
-- currency: currency
-- expression: mrr
-- model: subscription_spans
WITH facts AS (
  SELECT
    product AS member,
    '' AS cut,
    start_day,
    end_day,
    mrr AS amount,
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
    SUM(CAST(CAST(b.amount AS DOUBLE) * r.rate AS DECIMAL(18, 6))) AS amount,
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
