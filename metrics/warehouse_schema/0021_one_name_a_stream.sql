-- As 0016, with words for products and squads that differ by case or space only taken for one: told
-- of "Forge" and later of "forge", a figure counted twice.
create or replace view observations as
with newest as (
    select
        * exclude (import_id),
        case
            when grain in ('day', 'level') then day
            when grain = 'week' then day + 6
            when grain = 'month' then last_day(day)
            when grain = 'quarter' then cast(day + interval 3 months as date) - 1
            when grain = 'year' then cast(day + interval 12 months as date) - 1
            else day + cast(regexp_extract(grain, '^\d+') as integer) - 1
        end as last_told_day
    from (
        select * replace (
            min(stream) over (partition by source, metric, lower(trim(stream))) as stream
        )
        from landed_observations
    ) as told
    qualify row_number() over (
        partition by source, metric, stream, day, grain, dimension, member
        order by observed_at desc, import_id desc
    ) = 1
),

mixed as (
    select source, metric, stream, dimension, member
    from newest
    group by all
    having count(distinct grain) > 1
),

-- Of each period, the most of its days that figures of one shorter grain tell.
within_period as (
    select long.source, long.metric, long.stream, long.dimension, long.member, long.day, long.grain,
        short.grain as short_grain,
        sum(short.last_told_day - short.day + 1) as days
    from newest as long
    semi join mixed using (source, metric, stream, dimension, member)
    join newest as short using (source, metric, stream, dimension, member)
    where short.day >= long.day and short.last_told_day <= long.last_told_day
        and short.last_told_day - short.day < long.last_told_day - long.day
    group by all
),

told_by_parts as (
    select distinct source, metric, stream, dimension, member, day, grain
    from within_period
    join newest using (source, metric, stream, dimension, member, day, grain)
    where days >= last_told_day - day + 1
),

standing as (
    select * from newest
    anti join told_by_parts using (source, metric, stream, dimension, member, day, grain)
),

within_longer as (
    select distinct short.source, short.metric, short.stream, short.dimension, short.member,
        short.day, short.grain
    from standing as short
    semi join mixed using (source, metric, stream, dimension, member)
    join standing as long using (source, metric, stream, dimension, member)
    where short.day <= long.last_told_day and short.last_told_day >= long.day
        and (
            short.last_told_day - short.day < long.last_told_day - long.day
            -- The same days under two names of a grain: what was said last.
            or (short.day = long.day and short.last_told_day = long.last_told_day
                and (short.observed_at, short.grain) < (long.observed_at, long.grain))
        )
)

select * exclude (last_told_day) from standing
anti join within_longer using (source, metric, stream, dimension, member, day, grain);
