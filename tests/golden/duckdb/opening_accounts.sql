-- opening_accounts: flow, count
-- currency: currency
-- entity: account_key
-- expression: mrr
-- model: subscription_spans
-- movement: opening_entities
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
    c.rate,
    COALESCE(b.rate, c.rate) AS rate_before
  FROM periods AS p
  JOIN currency_spans AS c
    ON c.start_day <= p.end_day AND c.end_day > p.end_day
  LEFT JOIN currency_spans AS b
    ON b.currency = c.currency AND b.start_day < p.start_day AND b.end_day >= p.start_day
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
  GROUP BY
    f.cut,
    f.member,
    f.entity,
    f.currency,
    p.period_index
), held AS (
  SELECT
    b.cut,
    b.member,
    b.entity,
    b.period_index,
    SUM(CAST(CAST(b.amount AS DOUBLE) * r.rate AS DECIMAL(18, 6))) AS amount,
    SUM(CAST(CAST(b.amount AS DOUBLE) * r.rate_before AS DECIMAL(18, 6))) AS amount_before,
    SUM(CASE WHEN r.rate IS NULL THEN 1 ELSE 0 END) AS unpriced
  FROM by_currency AS b
  LEFT JOIN rates AS r
    ON r.currency = b.currency AND r.period_index = b.period_index
  GROUP BY
    b.cut,
    b.member,
    b.entity,
    b.period_index
), first_days AS (
  SELECT
    cut,
    member,
    entity,
    MIN(start_day) AS first_day
  FROM facts
  WHERE
    amount <> 0
  GROUP BY
    cut,
    member,
    entity
), both_ends AS (
  SELECT
    cut,
    member,
    entity,
    period_index,
    amount AS closing,
    amount_before AS closing_before,
    0 AS opening,
    unpriced
  FROM held
  UNION ALL
  SELECT
    cut,
    member,
    entity,
    period_index + 1 AS period_index,
    0 AS closing,
    0 AS closing_before,
    amount AS opening,
    unpriced
  FROM held
), ends AS (
  SELECT
    cut,
    member,
    entity,
    period_index,
    SUM(closing) AS closing,
    SUM(closing_before) AS closing_before,
    SUM(opening) AS opening,
    SUM(unpriced) AS unpriced
  FROM both_ends
  GROUP BY
    cut,
    member,
    entity,
    period_index
), movements AS (
  SELECT
    e.cut,
    e.member,
    e.entity,
    e.period_index,
    e.opening,
    e.closing,
    e.closing_before,
    e.unpriced,
    f.first_day < p.start_day AS known_before
  FROM ends AS e
  JOIN first_days AS f
    ON f.cut = e.cut AND f.member = e.member AND f.entity = e.entity
  JOIN periods AS p
    ON p.period_index = e.period_index
), by_member AS (
  SELECT
    cut,
    member,
    period_index,
    SUM(unpriced) AS unpriced,
    SUM(CASE WHEN opening = 0 AND NOT known_before THEN closing ELSE 0 END) AS new,
    SUM(CASE WHEN opening = 0 AND known_before THEN closing ELSE 0 END) AS reactivation,
    SUM(
      CASE
        WHEN opening <> 0 AND closing <> 0 AND closing_before > opening
        THEN closing_before - opening
        ELSE 0
      END
    ) AS expansion,
    SUM(
      CASE
        WHEN opening <> 0 AND closing <> 0 AND closing_before < opening
        THEN opening - closing_before
        ELSE 0
      END
    ) AS contraction,
    SUM(CASE WHEN closing = 0 THEN opening ELSE 0 END) AS churned,
    SUM(CASE WHEN opening <> 0 THEN closing - closing_before ELSE 0 END) AS fx
  FROM movements
  GROUP BY
    cut,
    member,
    period_index
), entities AS (
  SELECT
    m.cut,
    s.set_id,
    m.period_index,
    m.entity,
    SUM(m.opening) AS opening,
    SUM(m.closing) AS closing
  FROM movements AS m
  JOIN set_members AS s
    ON s.member = m.member
  GROUP BY
    m.cut,
    s.set_id,
    m.period_index,
    m.entity
), counted AS (
  SELECT
    cut,
    set_id,
    period_index,
    SUM(CASE WHEN opening > 0 AND closing <= 0 THEN 1 ELSE 0 END) AS lost_entities,
    SUM(CASE WHEN opening > 0 THEN 1 ELSE 0 END) AS opening_entities
  FROM entities
  GROUP BY
    cut,
    set_id,
    period_index
)
SELECT
  CAST(b.cut AS TEXT) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN SUM(b.new) END AS DOUBLE) AS new,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN SUM(b.reactivation) END AS DOUBLE) AS reactivation,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN SUM(b.expansion) END AS DOUBLE) AS expansion,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN SUM(b.contraction) END AS DOUBLE) AS contraction,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN SUM(b.churned) END AS DOUBLE) AS churned,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN SUM(b.fx) END AS DOUBLE) AS fx,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN MAX(c.lost_entities) END AS DOUBLE) AS lost_entities,
  CAST(CASE WHEN SUM(b.unpriced) = 0 THEN MAX(c.opening_entities) END AS DOUBLE) AS opening_entities
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
JOIN counted AS c
  ON c.cut = b.cut AND c.set_id = s.set_id AND c.period_index = b.period_index
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
