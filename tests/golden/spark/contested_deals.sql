-- contested_deals: flow, count
-- expression: case when outcome = 'won' or outcome = 'lost' then 1 else 0 end
-- filter: competitor is not null
-- model: closed_deals
WITH closed_deals AS (
  SELECT
    s.product,
    d.closed_day AS day,
    d.outcome,
    d.competitor,
    d.loss_reason,
    d.amount
  FROM deals AS d
  JOIN streams AS s
    ON s.source = d.source AND s.stream = d.stream
  WHERE
    NOT s.product IS NULL AND NOT d.closed_day IS NULL AND d.outcome <> 'open'
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    CASE WHEN outcome = 'won' OR outcome = 'lost' THEN 1 ELSE 0 END AS amount
  FROM closed_deals
  WHERE
    NOT product IS NULL AND (
      NOT competitor IS NULL
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
  CAST(b.cut AS STRING) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(SUM(b.amount) AS DOUBLE) AS value,
  CAST(SUM(b.fact_count) AS DOUBLE) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
