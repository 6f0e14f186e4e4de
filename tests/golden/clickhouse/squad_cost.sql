-- squad_cost: flow, money
-- currency: currency
-- expression: -amount
-- model: squad_costs
-- needs_rows: True
WITH squad_costs AS (
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
  ), entries AS (
    SELECT
      s.squad,
      s.product,
      l.day,
      l.amount,
      l.currency
    FROM ledger AS l
    JOIN ranked AS r
      ON r.account = l.account AND r.fit = 1
    JOIN streams AS s
      ON s.source = l.source AND s.stream = l.stream
    WHERE
      r.nature = 'squad'
  ), booked AS (
    SELECT
      squad,
      day,
      amount,
      currency
    FROM entries
    WHERE
      NOT (
        squad IS NULL
      )
  ), own AS (
    SELECT
      product,
      day,
      amount,
      currency
    FROM entries
    WHERE
      squad IS NULL AND NOT (
        product IS NULL
      )
  ), owning AS (
    SELECT DISTINCT
      product
    FROM own
  ), booking AS (
    SELECT DISTINCT
      squad
    FROM booked
  ), costs AS (
    SELECT
      squad,
      day,
      amount,
      currency,
      0 AS by_rate
    FROM booked
    UNION ALL
    SELECT
      r.squad,
      r.day,
      r.amount,
      '' AS currency,
      1 AS by_rate
    FROM squad_rates AS r
    LEFT JOIN booking AS b
      ON b.squad = r.squad
    WHERE
      b.squad IS NULL
  ), assigned AS (
    SELECT DISTINCT
      c.squad,
      c.day,
      a.product
    FROM costs AS c
    JOIN squad_assignments AS a
      ON a.squad = c.squad
      AND a.start_day <= c.day
      AND (
        a.end_day IS NULL OR a.end_day > c.day
      )
  ), shares AS (
    SELECT
      squad,
      day,
      COUNT(*) AS product_count
    FROM assigned
    GROUP BY
      squad,
      day
  )
  SELECT
    a.product,
    c.squad,
    c.day,
    CAST(c.amount AS Nullable(Float64)) / nullIf(CAST(s.product_count AS Nullable(Float64)), 0) AS amount,
    c.currency
  FROM costs AS c
  JOIN assigned AS a
    ON a.squad = c.squad AND a.day = c.day
  JOIN shares AS s
    ON s.squad = c.squad AND s.day = c.day
  LEFT JOIN owning AS o
    ON o.product = a.product
  WHERE
    c.by_rate = 0 OR o.product IS NULL
  UNION ALL
  SELECT
    product,
    CAST(NULL AS Nullable(String)) AS squad,
    day,
    amount,
    currency
  FROM own
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    -amount AS amount,
    currency AS currency
  FROM squad_costs
  WHERE
    NOT (
      product IS NULL
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
    SUM(CAST(CAST(b.amount AS Nullable(Float64)) * c.rate AS Nullable(Decimal(18, 6)))) AS amount,
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
