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
