-- wip_age: quantile, days
-- expression: start_day
-- model: work_in_progress
-- quantile: 0.5
-- statistic: age
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
    NOT (
      s.squad IS NULL
    )
    AND NOT (
      t.started_day IS NULL
    )
    AND (
      w.status_category = 'doing'
      OR NOT (
        w.category_changed_day IS NULL
      )
      OR NOT (
        w.done_day IS NULL
      )
    )
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    start_day,
    end_day,
    start_day AS amount
  FROM work_in_progress
  WHERE
    NOT (
      squad IS NULL
    )
)
SELECT
  CAST(f.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(p.period_index AS Nullable(Int64)) AS period_index,
  CAST(quantileExactInclusive(0.5)(DATE_DIFF(DAY, f.amount, p.end_day)) AS Nullable(Float64)) AS value,
  CAST(COUNT(*) AS Nullable(Float64)) AS n
FROM facts AS f
JOIN periods AS p
  ON f.start_day <= p.end_day AND (
    f.end_day IS NULL OR f.end_day > p.end_day
  )
JOIN set_members AS s
  ON s.member = f.member
WHERE
  NOT (
    f.amount IS NULL
  )
GROUP BY
  f.cut,
  s.set_id,
  p.period_index
