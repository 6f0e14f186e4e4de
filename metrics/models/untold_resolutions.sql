-- member: product
-- datasets: feedback
-- Days before the latest export of a tool that does not say when most of its tickets were resolved:
-- of those only the tickets that are still open are left. One that never says what is open tells
-- nothing of any day.
with told as (
    select
        source,
        stream,
        min(day) as first_day,
        cast(max(observed_at) as date) - 1 as last_export_day,
        sum(case when coalesce(status, '') = 'open' then 0 else 1 end) as resolved,
        sum(case when resolved_day is null then 0 else 1 end) as resolved_telling,
        max(case when status is null and resolved_day is null then 0 else 1 end) as tells_status
    from feedback
    where kind = 'ticket'
    group by source, stream
)

select
    s.product,
    t.first_day as start_day,
    case when t.tells_status = 1 then t.last_export_day else cast('9999-12-31' as date) end
        as end_day
from told as t
join streams as s on s.source = t.source and s.stream = t.stream
where s.product is not null and 2 * t.resolved_telling < t.resolved
