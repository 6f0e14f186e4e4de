-- member: squad
-- datasets: responses
-- dimensions: wave
-- Answers name nobody. Who answered in two waves of a month bears two numbers, and would count as two
-- of the five that a figure needs, so the respondents of a month's waves are taken for the same ones,
-- place by place (`response_id` is that of the first wave) and as many count as in the largest wave.
with answered as (
    select
        s.squad,
        r.day,
        left(cast(r.day as varchar), 7) as month,
        r.kind,
        r.wave,
        r.response_id,
        r.score,
        r.scale_min,
        r.scale_max
    from team_responses as r
    join streams as s on s.source = r.source and s.stream = r.stream
    where s.squad is not null
),

people as (
    select distinct squad, kind, month, lower(wave) as wave_name, response_id
    from answered
),

placed as (
    select
        *,
        row_number() over (
            partition by squad, kind, month, wave_name order by response_id
        ) as place
    from people
),

known as (
    select
        *,
        first_value(response_id) over (
            partition by squad, kind, month, place order by wave_name
        ) as respondent
    from placed
)

select
    a.squad,
    a.day,
    a.kind,
    a.wave,
    k.respondent as response_id,
    a.score,
    a.scale_min,
    a.scale_max
from answered as a
join known as k
    on k.squad = a.squad
    and k.kind = a.kind
    and k.month = a.month
    and k.wave_name = lower(a.wave)
    and k.response_id = a.response_id
