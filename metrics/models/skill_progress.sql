-- member: squad
-- datasets:
-- references: skills, skill_needs
-- dimensions: skill
-- materialised: yes
-- One row per member, needed skill and assessment that follows another: the levels that were
-- missing to the required one at the previous assessment, and how many of them were gained.
with assessed as (
    select
        n.person,
        k.skill_key,
        k.level,
        k.day,
        lag(k.level) over (
            partition by n.person, k.skill_key order by k.day, k.source
        ) as previous_level
    from skills as k
    join people_names as n on n.name = k.person
    where k.level is not null
)

select
    d.squad,
    d.skill,
    a.day,
    case
        when a.previous_level < d.required_level then d.required_level - a.previous_level
        else 0
    end as levels_missing,
    case
        when a.previous_level < d.required_level and a.level > a.previous_level
            then least(a.level, d.required_level) - a.previous_level
        else 0
    end as levels_gained
from assessed as a
join squad_members as m
    on m.person = a.person and m.start_day <= a.day and (m.end_day is null or m.end_day > a.day)
join needed_skills as d
    on d.squad = m.squad and d.skill_key = a.skill_key
    and d.start_day <= a.day and d.end_day > a.day
where a.previous_level is not null and d.required_level is not null
