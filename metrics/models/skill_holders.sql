-- member: squad
-- datasets:
-- references: skills, skill_needs
-- dimensions: skill
-- materialised: yes
-- For each skill that a squad needs, spans of days with how many of its members hold it at the
-- required level, from the first assessment of any of its members on. A level holds from its assessment to the person's next one in that skill. A skill
-- listed without a level counts where the need names none.
with levels as (
    select
        n.person,
        k.skill_key,
        k.level,
        k.day as start_day,
        coalesce(
            lead(k.day) over (partition by n.person, k.skill_key order by k.day, k.source),
            cast('9999-12-31' as date)
        ) as end_day
    from skills as k
    join people_names as n on n.name = k.person
),

assessed as (
    select
        m.squad,
        min(greatest(l.start_day, m.start_day)) as first_day
    from squad_members as m
    join levels as l on l.person = m.person
    where
        (m.end_day is null or m.end_day > l.start_day) and l.end_day > m.start_day
    group by m.squad
),

needs as (
    select
        d.squad,
        d.skill,
        d.skill_key,
        d.required_level,
        greatest(d.start_day, a.first_day) as start_day,
        d.end_day
    from needed_skills as d
    join assessed as a on a.squad = d.squad
    where d.end_day > a.first_day
),

held as (
    select
        d.squad,
        d.skill_key,
        d.start_day as need_start_day,
        d.end_day as need_end_day,
        l.person,
        greatest(d.start_day, l.start_day, m.start_day) as start_day,
        least(
            d.end_day, l.end_day, coalesce(m.end_day, cast('9999-12-31' as date))
        ) as end_day
    from needs as d
    join squad_members as m on m.squad = d.squad
    join levels as l on l.person = m.person and l.skill_key = d.skill_key
    where d.required_level is null or l.level >= d.required_level
),

moments as (
    select
        squad,
        skill_key,
        start_day as need_start_day,
        start_day as day
    from needs
    union all
    select
        squad,
        skill_key,
        need_start_day,
        start_day as day
    from held
    where start_day < end_day
    union all
    select
        squad,
        skill_key,
        need_start_day,
        end_day as day
    from held
    where start_day < end_day and end_day < need_end_day
),

days_of_change as (
    select distinct
        squad,
        skill_key,
        need_start_day,
        day
    from moments
),

spans as (
    select
        c.squad,
        d.skill,
        c.skill_key,
        c.need_start_day,
        c.day as start_day,
        coalesce(
            lead(c.day) over (
                partition by c.squad, c.skill_key, c.need_start_day order by c.day
            ),
            d.end_day
        ) as end_day
    from days_of_change as c
    join needs as d
        on d.squad = c.squad and d.skill_key = c.skill_key and d.start_day = c.need_start_day
)

select
    s.squad,
    s.skill,
    s.start_day,
    s.end_day,
    count(distinct h.person) as holders
from spans as s
left join held as h
    on h.squad = s.squad and h.skill_key = s.skill_key
    and h.need_start_day = s.need_start_day
    and h.start_day <= s.start_day and h.end_day > s.start_day
group by s.squad, s.skill, s.start_day, s.end_day
