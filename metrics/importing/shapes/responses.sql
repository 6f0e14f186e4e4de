-- `answers` is the list of a response's answers, one struct each.
with identified as (
    select *,
        coalesce(respondent, concat_ws(chr(31), content, row_number() over (partition by content order by record)))
            as identity
    from typed
),
answered_rows as (
    select record, problem, identity, answered_day, product, squad, wave, comment, account_key,
        unnest(answers) as answer, generate_subscripts(answers, 1) as place
    from identified
    where len(answers) > 0
),
shaped_rows as (
    select record, problem, answer.question as question, answer.kind as kind,
        coalesce(wave, usual_wave(answer.kind, answered_day)) as wave,
        answered_day as day,
        coalesce(case when answer.kind in ('engagement', 'enps') then coalesce(squad, product)
            else coalesce(product, squad) end, '') as stream,
        try_cast(answer.score as decimal(9, 2)) as score,
        cast(answer.low as decimal(9, 2)) as scale_min,
        cast(answer.high as decimal(9, 2)) as scale_max,
        case when place = 1 then comment end as comment,
        left(sha256(concat(secret(), 'respondent:', identity)), 32) as respondent_key,
        account_key
    from answered_rows
),
unanswered as (
    select record, problem, 'no_answer' as skip
    from identified
    where len(answers) = 0
)
-- Many tools number their answers from 1 in every wave, or per form: a number names one answer
-- within its month, wave and stream.
select record, problem, cast(null as varchar) as skip,
    response_named(respondent_key, kind, wave, day, stream) as response_id,
    question, kind, wave, day, stream, score, scale_min, scale_max, comment,
    cast(null as varchar) as language,
    cast(null as varchar[]) as themes, -- filled in once the texts are read
    account_key
from shaped_rows
union all
select record, problem, skip, '', '', '', '', null, '', null, null, null, null, null, null, null
from unanswered
