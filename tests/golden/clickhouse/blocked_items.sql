-- blocked_items: stock, count
-- expression: 1
-- model: blocked_items
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
), item_states AS (
  WITH versions AS (
    SELECT
      source,
      item_id,
      stream,
      type,
      status,
      status_category,
      points,
      has_criteria,
      created_day,
      category_changed_day,
      observed_at,
      observed_day,
      lag(observed_day) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS previous_observed_day,
      lag(status_category) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS previous_category
    FROM work_item_versions
  ), begun AS (
    SELECT
      *,
      CASE
        WHEN previous_observed_day IS NULL
        THEN created_day
        WHEN previous_category <> status_category
        AND category_changed_day > previous_observed_day
        AND category_changed_day <= observed_day
        THEN category_changed_day
        ELSE previous_observed_day
      END AS start_day
    FROM versions
  ), spans AS (
    SELECT
      *,
      lead(start_day) OVER (PARTITION BY source, item_id ORDER BY observed_at) AS end_day
    FROM begun
  )
  SELECT
    s.squad,
    v.source,
    v.item_id,
    v.type,
    v.status,
    v.status_category,
    v.points,
    v.has_criteria,
    v.observed_at,
    v.observed_day,
    v.start_day,
    v.end_day
  FROM spans AS v
  JOIN streams AS s
    ON s.source = v.source AND s.stream = v.stream
  WHERE
    NOT (
      s.squad IS NULL
    )
), blocked_items AS (
  WITH others AS (
    SELECT
      w.source,
      w.item_id,
      s.squad,
      CASE
        WHEN w.status_category IN ('done', 'cancelled')
        THEN COALESCE(w.done_day, w.category_changed_day, w.created_day)
        ELSE CAST('9999-12-31' AS Nullable(DATE))
      END AS finished_day
    FROM work_items AS w
    JOIN streams AS s
      ON s.source = w.source AND s.stream = w.stream
    WHERE
      NOT (
        s.squad IS NULL
      )
  ), waiting AS (
    SELECT
      i.squad,
      i.source,
      i.item_id,
      i.type,
      i.start_day,
      COALESCE(i.end_day, CAST('9999-12-31' AS Nullable(DATE))) AS end_day,
      MAX(o.finished_day) AS finished_day
    FROM item_states AS i
    JOIN work_item_blockers AS b
      ON b.source = i.source AND b.item_id = i.item_id AND b.observed_at = i.observed_at
    JOIN others AS o
      ON o.source = b.source AND o.item_id = b.blocker AND o.squad <> i.squad
    GROUP BY
      i.squad,
      i.source,
      i.item_id,
      i.type,
      i.start_day,
      COALESCE(i.end_day, CAST('9999-12-31' AS Nullable(DATE)))
  )
  SELECT
    w.squad,
    w.item_id,
    w.type,
    GREATEST(w.start_day, p.start_day) AS start_day,
    LEAST(w.end_day, w.finished_day, COALESCE(p.end_day, CAST('9999-12-31' AS Nullable(DATE)))) AS end_day
  FROM waiting AS w
  JOIN work_in_progress AS p
    ON p.squad = w.squad AND p.source = w.source AND p.item_id = w.item_id
), facts AS (
  SELECT
    squad AS member,
    '' AS cut,
    start_day,
    end_day,
    1 AS amount
  FROM blocked_items
  WHERE
    NOT (
      squad IS NULL
    )
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
