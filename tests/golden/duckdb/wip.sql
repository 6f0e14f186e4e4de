-- wip: stock, count
-- expression: 1
-- model: work_in_progress
WITH work_in_progress AS (
  WITH starts AS (
    SELECT
      source,
      item_id,
      MIN(
        COALESCE(started_day, CASE WHEN status_category = 'doing' THEN category_changed_day END)
      ) AS started_day
    FROM work_item_versions
    GROUP BY
      source,
      item_id
  )
  SELECT
    s.squad,
    w.source,
    w.item_id,
    w.type,
    t.started_day AS start_day,
    CASE
      WHEN w.status_category = 'done'
      THEN w.done_day
      WHEN w.status_category <> 'doing'
      THEN w.category_changed_day
    END AS end_day
  FROM work_items AS w
  JOIN streams AS s
    ON s.source = w.source AND s.stream = w.stream
  JOIN starts AS t
    ON t.source = w.source AND t.item_id = w.item_id
  WHERE
    NOT s.squad IS NULL
    AND NOT t.started_day IS NULL
    AND (
      w.status_category = 'doing'
      OR NOT w.category_changed_day IS NULL
      OR NOT w.done_day IS NULL
    )
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    start_day,
    end_day,
    1 AS amount
  FROM work_in_progress
  WHERE
    NOT squad IS NULL
), by_member AS (
  SELECT
    f.cut,
    f.member,
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
    p.period_index
)
SELECT
  CAST(b.cut AS TEXT) AS cut,
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
