-- Long files name a player a row; wide ones give each player a column. A wide file's definition is
-- its name without its dates.
with told as (
    select record, problem, stream, period, segment, definition, unit, player, is_own, value
    from typed
    where len(cells) = 0
    union all
    select record,
        coalesce(problem, case when cell.value is null
            then concat(replace(cell.member, ':', ' '), ':unreadable_value') end),
        stream, period, segment,
        coalesce(definition, regexp_replace(file_name(), '([ _-]?\d{4,8})*\.\w+$', '')),
        unit, cell.member, is_own, cell.value
    from (select *, unnest(cells) as cell from typed)
),
dated as (
    select *, period_start(period, period_order()) as start, period_grain(period) as grain,
        lower(player) as name
    from told
)
select record,
    coalesce(problem, case
        when player is null then 'player:missing_value'
        when start is null then 'period:unreadable_value'
        when value < 0 then 'value:negative_value'
    end) as problem,
    cast(null as varchar) as skip,
    concat_ws(' · ', stream, definition, segment, unit, grain) as market,
    coalesce(stream, player, '') as stream, player,
    case
        when regexp_full_match(name, '(market )?total|total (du )?march[ée]|ensemble|marché') then 'total'
        when regexp_full_match(name, 'others?|autres?|rest|reste') then 'other'
        when is_own or name = lower(stream) then 'own'
        else 'player'
    end as role,
    start as day, grain, segment, definition, unit, value
from dated
