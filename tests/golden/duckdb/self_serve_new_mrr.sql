-- self_serve_new_mrr: flow, money
-- entity: account_key
-- expression: mrr
-- filter: channel in ('self-serve', 'self_serve', 'selfserve', 'self-service', 'self service', 'libre-service', 'libre service', 'en ligne', 'online', 'web')
-- model: acquired_spans
-- movement: new
WITH subscription_spans AS (
  WITH versions AS (
    SELECT
      source,
      subscription_id,
      account_key,
      stream,
      plan,
      channel,
      CAST(amount AS DOUBLE) / NULLIF(CAST(interval_months AS DOUBLE), 0) AS monthly_amount,
      observed_day,
      ROW_NUMBER() OVER (PARTITION BY source, subscription_id ORDER BY observed_at) AS version_number,
      LAG(observed_day) OVER (PARTITION BY source, subscription_id ORDER BY observed_at) AS previous_observed_day,
      LEAD(observed_day) OVER (PARTITION BY source, subscription_id ORDER BY observed_at) AS next_observed_day,
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
      CAST(v.monthly_amount AS DECIMAL(18, 6)) AS mrr,
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
    p.mrr,
    p.start_day,
    p.end_day
  FROM spans AS p
  JOIN streams AS s
    ON s.source = p.source AND s.stream = p.stream
  WHERE
    NOT s.product IS NULL AND (
      p.end_day IS NULL OR p.end_day > p.start_day
    )
), acquired_spans AS (
  SELECT
    product,
    account_key,
    mrr,
    start_day,
    end_day,
    FIRST_VALUE(LOWER(channel)) OVER (PARTITION BY product, account_key ORDER BY start_day, channel) AS channel
  FROM subscription_spans
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    start_day,
    end_day,
    mrr AS amount,
    account_key AS entity
  FROM acquired_spans
  WHERE
    NOT product IS NULL
    AND (
      channel IN (
        'self-serve',
        'self_serve',
        'selfserve',
        'self-service',
        'self service',
        'libre-service',
        'libre service',
        'en ligne',
        'online',
        'web'
      )
    )
), held AS (
  SELECT
    f.cut,
    f.member,
    f.entity,
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
    p.period_index
), first_days AS (
  SELECT
    cut,
    member,
    entity,
    MIN(start_day) AS first_day
  FROM facts
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
    0 AS opening
  FROM held
  UNION ALL
  SELECT
    cut,
    member,
    entity,
    period_index + 1 AS period_index,
    0 AS closing,
    amount AS opening
  FROM held
), ends AS (
  SELECT
    cut,
    member,
    entity,
    period_index,
    SUM(closing) AS closing,
    SUM(opening) AS opening
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
    e.period_index,
    e.opening,
    e.closing,
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
    SUM(CASE WHEN opening = 0 AND NOT known_before THEN closing ELSE 0 END) AS new,
    SUM(CASE WHEN opening = 0 AND known_before THEN closing ELSE 0 END) AS reactivation,
    SUM(CASE WHEN opening > 0 AND closing > opening THEN closing - opening ELSE 0 END) AS expansion,
    SUM(CASE WHEN closing > 0 AND closing < opening THEN opening - closing ELSE 0 END) AS contraction,
    SUM(CASE WHEN closing = 0 THEN opening ELSE 0 END) AS churned,
    SUM(CASE WHEN opening > 0 AND closing = 0 THEN 1 ELSE 0 END) AS lost_entities,
    SUM(CASE WHEN opening > 0 THEN 1 ELSE 0 END) AS opening_entities
  FROM movements
  GROUP BY
    cut,
    member,
    period_index
)
SELECT
  CAST(b.cut AS TEXT) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(SUM(b.new) AS DOUBLE) AS new,
  CAST(SUM(b.reactivation) AS DOUBLE) AS reactivation,
  CAST(SUM(b.expansion) AS DOUBLE) AS expansion,
  CAST(SUM(b.contraction) AS DOUBLE) AS contraction,
  CAST(SUM(b.churned) AS DOUBLE) AS churned,
  CAST(SUM(b.lost_entities) AS DOUBLE) AS lost_entities,
  CAST(SUM(b.opening_entities) AS DOUBLE) AS opening_entities
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
