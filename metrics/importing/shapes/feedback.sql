with rated as (
    select *,
        case
            when regexp_matches(word(rating), '^(good|bon|satisfait|bien|gut|buen|boa|bom|buon|goed|dobr|bra|良)') then 1
            when regexp_matches(word(rating), '^(bad|mauvais|insatisfait|schlecht|mal|ruim|cattiv|slecht|zł|dålig|悪)')
                then 0
        end as said
    from typed
),
read as (
    select *,
        coalesce(said, read_decimal(rating, 'dot')) as score,
        said is not null as in_words,
        case
            when resolved is not null then 'resolved'
            when regexp_matches(lower(status), 
                '^(solved|closed|resolved|done|résolu|resolu|clos|fermé|ferme|gelöst|geschlossen|resuelt|cerrad|resolvid|fechad|risolt|chius|opgelost|gesloten|rozwiąz|zamkni|löst|stängd|解決済|終了|クローズ|løst|lukket|vyřešen|uzavřen|çözül|kapal|해결|종료|已解决|已关闭|решен|закрыт|ratkaist|suljet)')
                then 'resolved'
            when status is not null then 'open'
        end as state,
        nullif(concat_ws(' — ', title, text), '') as words
    from rated
),
scaled as (
    select *,
        case when score is null then null when in_words then 0 else coalesce(scale_min, 1) end as low,
        case when score is null then null when in_words then 1 else coalesce(scale_max, 5) end as high,
        coalesce(kind, case
            when state is not null then 'ticket'
            when score is not null then 'review'
            else 'verbatim'
        end) as what
    from read
)
select record,
    coalesce(problem, case
        when resolved < opened then 'resolved:ends_before_start'
        when score not between low and high then 'rating:outside_scale'
    end) as problem,
    cast(null as varchar) as skip,
    coalesce(feedback_named(feedback_id, opened, opened_day, coalesce(stream, '')), left(sha256(concat_ws(chr(31), stream, opened, rating, words,
        row_number() over (partition by stream, opened, rating, words order by record))), 32)
    ) as feedback_id,
    what as kind, coalesce(stream, '') as stream, opened as opened_at, opened_day as day,
    case when what = 'ticket' then state end as status, resolved as resolved_at, resolved_day,
    try_cast(score as decimal(9, 2)) as rating, cast(low as decimal(9, 2)) as scale_min,
    cast(high as decimal(9, 2)) as scale_max, language, words as text,
    cast(null as varchar[]) as themes -- filled in once the texts are read
from scaled
