-- member: squad
-- datasets: survey_waves, responses
-- dimensions: wave
-- small_groups: counted
-- One row per wave and squad: how many were invited, and how many answered between its days. `day`
-- is the last day to answer. Where several waves are open an answer counts in one of them: the one
-- whose name it bears, else one whose answers bear none, the latest to begin.
with answered as (
    select distinct
        s.squad,
        r.source,
        r.response_id,
        r.wave,
        r.day
    from team_responses as r
    join streams as s on s.source = r.source and s.stream = r.stream
    where s.squad is not null and r.kind in ('engagement', 'enps')
),

waves as (
    select
        s.squad,
        w.wave,
        w.start_day,
        w.end_day,
        w.invited
    from survey_waves as w
    join streams as s on s.source = w.source and s.stream = w.stream
    where s.squad is not null
),

possible as (
    select
        w.squad,
        w.wave,
        w.start_day,
        w.end_day,
        a.source,
        a.response_id,
        a.wave as named,
        a.day,
        case when lower(a.wave) = lower(w.wave) then 1 else 0 end as fit
    from waves as w
    join answered as a on a.squad = w.squad and a.day >= w.start_day and a.day <= w.end_day
),

told as (
    select
        squad,
        wave,
        start_day,
        end_day,
        source,
        response_id,
        named,
        day,
        fit,
        max(fit) over (partition by squad, wave, start_day, end_day) as bears_names
    from possible
),

ranked as (
    select
        squad,
        wave,
        start_day,
        end_day,
        response_id,
        row_number() over (
            partition by squad, source, response_id, named, day
            order by fit desc, bears_names, start_day desc, wave
        ) as place
    from told
),

counted as (
    select squad, wave, start_day, end_day, count(distinct response_id) as respondents
    from ranked
    where place = 1
    group by squad, wave, start_day, end_day
)

select
    w.squad,
    w.wave,
    w.end_day as day,
    w.invited,
    coalesce(c.respondents, 0) as respondents
from waves as w
left join counted as c
    on c.squad = w.squad
    and c.wave = w.wave
    and c.start_day = w.start_day
    and c.end_day = w.end_day
