-- throughput: flow, count
-- expression: 1
-- model: finished_items
WITH finished_items AS (
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
    w.done_day AS day,
    w.type,
    w.item_id,
    w.points,
    DATE_DIFF(DAY, CAST(w.created_day AS Nullable(DATE)), CAST(w.done_day AS Nullable(DATE))) AS lead_days,
    CASE
      WHEN t.started_day <= w.done_day
      THEN DATE_DIFF(DAY, CAST(t.started_day AS Nullable(DATE)), CAST(w.done_day AS Nullable(DATE)))
    END AS cycle_days
  FROM work_items AS w
  JOIN streams AS s
    ON s.source = w.source AND s.stream = w.stream
  LEFT JOIN starts AS t
    ON t.source = w.source AND t.item_id = w.item_id
  WHERE
    NOT (
      s.squad IS NULL
    )
    AND w.status_category = 'done'
    AND NOT (
      w.done_day IS NULL
    )
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    day,
    1 AS amount
  FROM finished_items
  WHERE
    NOT (
      squad IS NULL
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
  CAST(b.cut AS Nullable(String)) AS cut,
  CAST(s.set_id AS Nullable(Int64)) AS set_id,
  CAST(b.period_index AS Nullable(Int64)) AS period_index,
  CAST(SUM(b.amount) AS Nullable(Float64)) AS value,
  CAST(SUM(b.fact_count) AS Nullable(Float64)) AS n
FROM by_member AS b
JOIN set_members AS s
  ON s.member = b.member
GROUP BY
  b.cut,
  s.set_id,
  b.period_index
