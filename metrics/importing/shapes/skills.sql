-- One assessment a row (long), a column a skill (wide, `answers`), or the skills a person has, without
-- levels (list). What has no day was assessed when the file was taken; an empty cell says nothing.
with assessments as (
    select record, problem, person, stream, day, skill, try_cast(level as decimal(9, 2)) as level
    from typed
    where skill is not null or (len(answers) = 0 and len(listed) = 0)
    union all
    select record, problem, person, stream, day, answer.question, try_cast(answer.score as decimal(9, 2))
    from (select *, unnest(answers) as answer from typed where skill is null)
    union all
    select record, problem, person, stream, day, had, null
    from (select *, unnest(list_distinct(listed)) as had from typed where skill is null)
)
select record, problem,
    case when skill is null then 'no_answer' end as skip,
    word(person) as person, coalesce(stream, '') as stream, skill, word(skill) as skill_key,
    coalesce(day, observed_day()) as day, level
from assessments
