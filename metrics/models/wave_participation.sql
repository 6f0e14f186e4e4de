-- member: squad
-- datasets: survey_waves, responses
-- dimensions: wave
-- small_groups: counted
-- One row per wave and squad: how many were invited, and how many answered between its days. `day`
-- is the last day to answer.
with answered as (
    select distinct
        s.squad,
        r.source,
        r.response_id,
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
)

select
    w.squad,
    w.wave,
    w.end_day as day,
    w.invited,
    count(distinct a.response_id) as respondents
from waves as w
left join answered as a
    on a.squad = w.squad and a.day >= w.start_day and a.day <= w.end_day
group by w.squad, w.wave, w.start_day, w.end_day, w.invited
