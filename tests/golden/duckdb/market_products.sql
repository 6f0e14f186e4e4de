-- market_products: distinct, count
-- expression: product
-- model: market_shares
WITH market_shares AS (
  WITH figures AS (
    SELECT
      m.source,
      m.market,
      m.day,
      m.role,
      m.value,
      s.product,
      p.product AS player_product
    FROM market AS m
    LEFT JOIN streams AS s
      ON s.source = m.source AND s.stream = m.stream
    LEFT JOIN streams AS p
      ON p.source = m.source AND p.stream = m.player
  ), ours AS (
    SELECT
      source,
      market,
      day,
      product,
      SUM(value) AS own
    FROM figures
    WHERE
      NOT product IS NULL
      AND (
        role = 'own' OR (
          role = 'player' AND player_product = product
        )
      )
    GROUP BY
      source,
      market,
      day,
      product
  )
  SELECT
    o.product,
    o.day,
    o.market,
    MIN(o.own) AS own,
    COALESCE(
      SUM(CASE WHEN f.role = 'total' THEN f.value END),
      SUM(CASE WHEN f.role <> 'total' THEN f.value END)
    ) AS total,
    MAX(CASE WHEN f.role = 'player' AND f.player_product IS NULL THEN f.value END) AS largest_rival
  FROM ours AS o
  JOIN figures AS f
    ON f.source = o.source AND f.market = o.market AND f.day = o.day
  GROUP BY
    o.product,
    o.day,
    o.market,
    o.source
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    day,
    product AS entity
  FROM market_shares
  WHERE
    NOT product IS NULL
), touched AS (
  SELECT
    f.cut,
    m.chunk,
    d.period_index,
    f.entity,
    BIT_OR(m.mask) AS mask
  FROM facts AS f
  JOIN days AS d
    ON d.day = f.day
  JOIN member_masks AS m
    ON m.member = f.member
  WHERE
    NOT f.entity IS NULL
  GROUP BY
    f.cut,
    m.chunk,
    d.period_index,
    f.entity
), counted AS (
  SELECT
    cut,
    chunk,
    period_index,
    mask,
    COUNT(*) AS entity_count
  FROM touched
  GROUP BY
    cut,
    chunk,
    period_index,
    mask
)
SELECT
  CAST(c.cut AS TEXT) AS cut,
  CAST(b.set_id AS BIGINT) AS set_id,
  CAST(c.period_index AS BIGINT) AS period_index,
  CAST(SUM(c.entity_count) AS DOUBLE) AS value,
  CAST(SUM(c.entity_count) AS DOUBLE) AS n
FROM counted AS c
JOIN set_bits AS b
  ON b.chunk = c.chunk AND (
    c.mask & b.bit
  ) <> 0
GROUP BY
  c.cut,
  b.set_id,
  c.period_index
