-- paying_accounts: stock, count
-- distinct: True
-- expression: account_key
-- filter: mrr > 0
-- model: subscription_spans
WITH facts AS (
  SELECT
    product AS member,
    '' AS cut,
    start_day,
    end_day,
    account_key AS entity
  FROM subscription_spans
  WHERE
    NOT product IS NULL AND (
      mrr > 0
    )
)
SELECT
  CAST(f.cut AS TEXT) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(p.period_index AS BIGINT) AS period_index,
  CAST(COUNT(DISTINCT f.entity) AS DOUBLE) AS value,
  CAST(COUNT(DISTINCT f.entity) AS DOUBLE) AS n
FROM facts AS f
JOIN periods AS p
  ON f.start_day <= p.end_day AND (
    f.end_day IS NULL OR f.end_day > p.end_day
  )
JOIN set_members AS s
  ON s.member = f.member
WHERE
  NOT f.entity IS NULL
GROUP BY
  f.cut,
  s.set_id,
  p.period_index
