-- Who answered a wave over who was invited, per squad and for the company, by month of its end. Of
-- waves open at once an answer is of the one it names, else of one that none names, the latest.
with answers as (
    select distinct squad, source, response_id, wave, day
    from team_responses join streams using (source, stream)
    where kind in ('engagement', 'enps')
),

waves as (
    select s.squad, w.wave, w.start_day, w.end_day, w.invited
    from survey_waves as w join streams as s using (source, stream)
    where s.squad is not null
),

possible as (
    select w.*, a.source, a.response_id, a.wave as named, a.day,
        (lower(a.wave) = lower(w.wave))::int as fit,
        max(fit) over (partition by w.squad, w.wave, w.start_day, w.end_day) as bears_names
    from waves as w join answers as a on a.squad = w.squad and a.day between w.start_day and w.end_day
),

taken as (
    select * from possible
    qualify row_number() over (
        partition by squad, source, response_id, named, day
        order by fit desc, bears_names, start_day desc, wave
    ) = 1
),

answered as (
    select w.squad, w.end_day, w.invited, count(distinct t.response_id) as answered
    from waves as w left join taken as t using (squad, wave, start_day, end_day)
    group by w.squad, w.wave, w.start_day, w.end_day, w.invited
)

select squad, date_trunc('month', end_day) as month, sum(answered) / sum(invited) as value
from answered
group by grouping sets ((1, 2), (2))
