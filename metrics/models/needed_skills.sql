-- member: squad
-- datasets:
-- references: skills, skill_needs
-- dimensions: skill
-- materialised: yes
-- Spans in which a squad needs a skill at a level; a newer need of the same skill ends the older.
with needs as (
    select
        s.squad,
        d.skill,
        d.skill_key,
        d.required_level,
        d.start_day,
        coalesce(d.end_day, cast('9999-12-31' as date)) as end_day,
        lead(d.start_day) over (
            partition by s.squad, d.skill_key order by d.start_day, d.source
        ) as next_start_day
    from skill_needs as d
    join streams as s on s.source = d.source and s.stream = d.stream
    where s.squad is not null
)

select
    squad,
    skill,
    skill_key,
    required_level,
    start_day,
    least(end_day, coalesce(next_start_day, end_day)) as end_day
from needs
where start_day < end_day and (next_start_day is null or start_day < next_start_day)
