-- Who answered a wave over who was invited, per squad and for the company, by month of its end.
with answers as (
    select distinct squad, source, response_id, day
    from team_responses join streams using (source, stream)
    where kind in ('engagement', 'enps')
),

waves as (
    select s.squad, w.wave, w.end_day, w.invited, count(distinct a.response_id) as answered
    from survey_waves as w join streams as s using (source, stream)
    left join answers as a
        on a.squad = s.squad and a.day between w.start_day and w.end_day
    where s.squad is not null
    group by all
)

select squad, date_trunc('month', end_day) as month, sum(answered) / sum(invited) as value
from waves
group by grouping sets ((1, 2), (2))
