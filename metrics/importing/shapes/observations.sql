-- Payments are told one a row: one figure a day and currency, of what was paid less what was given
-- back. All else says its metric, its period and its value, or gives one column to each member.
with payments as (
    select record, problem,
        case when status not in ('paid', 'succeeded', 'refunded', 'partially refunded')
            then 'payment_not_made' end as skip,
        'payments' as metric, coalesce(stream, '') as stream, time_day as day, 'day' as grain,
        'currency' as dimension, upper(member) as member, value - coalesce(deducted, 0) as value,
        upper(member) as unit
    from typed
    where metric is null and columns_are = 'members'
),
told as (
    select record, problem, metric, stream, period, grain, dimension, member, value, unit,
        currency_told(unit, null) as currency
    from typed
    where metric is not null and len(cells) = 0 and columns_are = 'members'
    union all
    select record,
        coalesce(problem, case when cell.value is null
            then concat(replace(cell.member, ':', ' '), ':unreadable_value') end),
        metric, trim(split_part(cell.member, ':', 1)), period, grain, dimension, member, cell.value, unit,
        currency_told(unit, cell.text)
    from (select *, unnest(cells) as cell from typed where metric is not null and columns_are = 'members')
    union all
    -- A column a figure, or a column a period of the figure that the row names.
    select record,
        coalesce(problem, case when cell.value is null
            then concat(replace(cell.member, ':', ' '), ':unreadable_value') end),
        case when columns_are = 'figures' then cell.member else metric end,
        stream,
        case when columns_are = 'periods' then cell.member else period end,
        grain, dimension, member, cell.value, unit, currency_told(unit, cell.text)
    from (select *, unnest(cells) as cell from typed where columns_are <> 'members')
),
dated as (
    select *,
        coalesce(case
            when regexp_full_match(grain, '\d+ days') then grain
            when regexp_matches(lower(grain), '^(level|niveau|stock)') then 'level'
            when regexp_matches(lower(grain), '^(day|jour)') then 'day'
            when regexp_matches(lower(grain), '^(week|semaine)') then 'week'
            when regexp_matches(lower(grain), '^(month|mois|mensuel)') then 'month'
            when regexp_matches(lower(grain), '^(quarter|trimestr)') then 'quarter'
            when regexp_matches(lower(grain), '^(year|an)') then 'year'
        end, case when grain is null then period_grain(period) end) as of_grain,
        period_start(period, period_order()) as start,
        -- Amounts of several currencies are no one figure: only those in the company's are.
        min(currency) over (partition by metric) <> max(currency) over (partition by metric)
            and currency <> company_currency() as is_foreign
    from told
),
-- A tool that gives weeks or months by their first day alone: days that are seven apart are weeks.
apart as (
    select min(date_diff('day', earlier, start)) as days, bool_and(day(start) = 1) as on_the_first
    from (
        select start, lag(start) over (order by start) as earlier
        from (select distinct start from dated, (select max(len(cells)) as members from typed) where members > 0)
    )
)
select record, problem, skip, metric, stream, day, grain, dimension, member, value, unit
from payments
union all
select record,
    coalesce(problem, case
        when start is null then 'period:unreadable_value'
        when of_grain is null then 'grain:unreadable_value'
        when is_foreign then 'value:several_currencies'
    end),
    cast(null as varchar),
    metric_name(metric), coalesce(stream, ''),
    case when of_grain = 'month' then date_trunc('month', start)::date else start end,
    case
        when grain is not null or of_grain <> 'day' then of_grain
        when days = 7 then 'week'
        when on_the_first and days between 28 and 31 then 'month'
        when on_the_first and days between 90 and 92 then 'quarter'
        else of_grain
    end,
    coalesce(lower(dimension), ''), coalesce(member, ''), value, unit
from dated, apart
union all
select record, problem, 'empty_row', null, '', null, null, '', '', null, null
from typed
where columns_are <> 'members' and len(cells) = 0
