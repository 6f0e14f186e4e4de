-- Levels gained since the assessment before over the levels that were missing then, of needed skills
-- of members, per squad and for the company, by the quarter of the later assessment.
with assessed as (
    select n.person, skill_key, level, day,
        lag(level) over (partition by n.person, skill_key order by day) as level_before
    from skills as k join people_names as n on n.name = k.person
    where level is not null
),

needed as (
    select squad, skill_key, required_level, start_day,
        least(coalesce(end_day, date '9999-12-31'), lead(start_day, 1, date '9999-12-31') over (
            partition by squad, skill_key order by start_day
        )) as end_day
    from skill_needs join streams using (source, stream)
    where squad is not null
)

select m.squad, cast(date_trunc('quarter', day) as date) as quarter,
    sum(greatest(least(level, required_level) - level_before, 0))
    / nullif(sum(greatest(required_level - level_before, 0)), 0) as value
from assessed
join squad_members as m using (person)
join needed as d on d.squad = m.squad and d.skill_key = assessed.skill_key
where m.start_day <= day and (m.end_day is null or m.end_day > day)
    and d.start_day <= day and d.end_day > day
    and level_before is not null and required_level is not null
group by grouping sets ((1, 2), (2))
