-- escaped_defects: flow, count
-- expression: in_production
-- model: found_defects
WITH found_defects AS (
  WITH labelled AS (
    SELECT
      source,
      item_id,
      MAX(
        CASE
          WHEN label IN ('bug', 'defect', 'anomaly', 'anomalie', 'défaut', 'incident')
          THEN 1
          ELSE 0
        END
      ) AS is_defect,
      MAX(
        CASE
          WHEN label IN (
            'production',
            'prod',
            'in production',
            'en production',
            'live',
            'escaped',
            'échappé',
            'échappée',
            'found in production',
            'trouvé en production',
            'incident',
            'hotfix'
          )
          THEN 1
          ELSE 0
        END
      ) AS in_production,
      MAX(
        CASE
          WHEN label IN (
            'qa',
            'test',
            'testing',
            'recette',
            'uat',
            'staging',
            'préproduction',
            'preproduction',
            'pre-production',
            'development',
            'développement',
            'internal',
            'interne'
          )
          THEN 1
          ELSE 0
        END
      ) AS before_production
    FROM work_item_labels
    GROUP BY
      source,
      item_id
  ), defects AS (
    SELECT
      s.squad,
      w.source,
      w.item_id,
      w.type,
      w.created_day AS day,
      CASE WHEN LOWER(w.type) = 'incident' THEN 1 ELSE COALESCE(l.in_production, 0) END AS in_production,
      CASE
        WHEN LOWER(w.type) = 'incident' OR l.in_production = 1 OR l.before_production = 1
        THEN 1
        ELSE 0
      END AS says_where
    FROM work_items AS w
    JOIN streams AS s
      ON s.source = w.source AND s.stream = w.stream
    LEFT JOIN labelled AS l
      ON l.source = w.source AND l.item_id = w.item_id
    WHERE
      NOT s.squad IS NULL
      AND NOT w.created_day IS NULL
      AND w.status_category <> 'cancelled'
      AND (
        LOWER(w.type) IN ('bug', 'defect', 'anomaly', 'anomalie', 'défaut', 'incident')
        OR l.is_defect = 1
      )
  ), telling AS (
    SELECT
      squad
    FROM defects
    GROUP BY
      squad
    HAVING
      MAX(says_where) = 1
  )
  SELECT
    d.squad,
    d.day,
    d.type,
    d.item_id,
    d.in_production
  FROM defects AS d
  JOIN telling AS t
    ON t.squad = d.squad
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    in_production AS amount
  FROM found_defects
  WHERE
    NOT squad IS NULL
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
  CAST(b.cut AS VARCHAR) AS cut,
  CAST(s.set_id AS BIGINT) AS set_id,
  CAST(b.period_index AS BIGINT) AS period_index,
  CAST(SUM(b.amount) AS DOUBLE PRECISION) AS value,
  CAST(SUM(b.fact_count) AS DOUBLE PRECISION) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
