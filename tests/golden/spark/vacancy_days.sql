-- vacancy_days: flow, days
-- expression: vacant
-- model: role_vacancies
-- statistic: days
WITH holdings AS (
  SELECT
    product,
    role,
    start_day,
    COALESCE(end_day, CAST('9999-12-31' AS DATE)) AS end_day
  FROM product_roles
), ordered AS (
  SELECT
    product,
    role,
    start_day,
    end_day,
    MAX(end_day) OVER (
      PARTITION BY product, role
      ORDER BY start_day NULLS LAST, end_day NULLS LAST
      rows BETWEEN UNBOUNDED preceding AND 1 preceding
    ) AS held_until
  FROM holdings
), spans AS (
  SELECT
    product,
    role,
    held_until AS start_day,
    start_day AS end_day,
    1 AS vacant
  FROM ordered
  WHERE
    held_until < start_day
  UNION ALL
  SELECT
    product,
    role,
    MAX(end_day) AS start_day,
    CAST(NULL AS DATE) AS end_day,
    1 AS vacant
  FROM ordered
  GROUP BY
    product,
    role
  HAVING
    MAX(end_day) < CAST('9999-12-31' AS DATE)
  UNION ALL
  SELECT
    product,
    role,
    MIN(start_day) AS start_day,
    CAST(NULL AS DATE) AS end_day,
    0 AS vacant
  FROM ordered
  GROUP BY
    product,
    role
), role_vacancies AS (
  SELECT
    product,
    role,
    start_day,
    end_day,
    vacant
  FROM spans
), facts AS (
  SELECT
    product AS member,
    '' AS cut,
    start_day,
    end_day,
    vacant AS amount
  FROM role_vacancies
  WHERE
    NOT product IS NULL
)
SELECT
  CAST(f.cut AS STRING) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(p.period_index AS BIGINT) AS period_index,
  CAST(SUM(
    f.amount * (
      DATEDIFF(
        DAY,
        CAST(GREATEST(f.start_day, p.start_day) AS DATE),
        CAST(CASE
          WHEN f.end_day IS NULL OR f.end_day > p.end_day
          THEN p.end_day
          ELSE f.end_day
        END AS DATE)
      ) + CASE WHEN f.end_day IS NULL OR f.end_day > p.end_day THEN 1 ELSE 0 END
    )
  ) AS DOUBLE) AS value,
  CAST(COUNT(*) AS DOUBLE) AS n
FROM facts AS f
JOIN periods AS p
  ON f.start_day <= p.end_day AND (
    f.end_day IS NULL OR f.end_day > p.start_day
  )
JOIN set_members AS s
  ON s.member = f.member
GROUP BY
  f.cut,
  s.set_id,
  p.period_index
