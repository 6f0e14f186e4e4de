with read_words as (
    select *,
        coalesce(initiative_id, concat_ws('/', stream, title)) as id,
        bare_status(coalesce(status, '')) as word,
        lower(coalesce(origin, '')) as came_from,
        coalesce(begun_day, read_day(dates[1], 'dmy')) as begun,
        coalesce(due_day, read_day(dates[len(dates)], 'dmy'), first_due_day) as due,
        case
            when regexp_matches(lower(impact), '^mass') then 3
            when regexp_matches(lower(impact), '^(high|fort|élevé|hoch|alt[oa]|hoog)') then 2
            when regexp_matches(lower(impact), '^(medium|moyen|mittel|medi[oa]|média|médio|gemiddeld)') then 1
            when regexp_matches(lower(impact), '^(low|faible|niedrig|gering|baj[oa]|bass[oa]|baix[oa]|laag)') then 0.5
            when regexp_matches(lower(impact), '^(minim|mínim)') then 0.25
            else read_decimal(impact, 'dot')
        end as impact_number,
        case
            when regexp_matches(lower(confidence), '^(high|fort|élevé|haut|hoch|alt[oa]|hoog)') then 1
            when regexp_matches(lower(confidence), '^(medium|moyen|mittel|medi[oa]|média|médio|gemiddeld)') then 0.8
            when regexp_matches(lower(confidence), '^(low|faible|bas|niedrig|gering|baj[oa]|baix[oa]|laag)') then 0.5
            when read_decimal(confidence, 'dot') > 1 then read_decimal(confidence, 'dot') / 100
            else read_decimal(confidence, 'dot')
        end as confidence_number,
        coalesce(read_decimal(effort, 'dot'), size_of(effort)) as effort_number
    from typed
)
select record,
    coalesce(problem, case
        when id is null then 'title:missing_value'
        when effort_number < 0 then 'effort:unreadable_value'
        when abs(impact_number) >= 1e6 or effort_number >= 1e6 then 'impact:number_too_large'
        when abs(reach) >= 1e15 or abs(rice) >= 1e15 then 'reach:number_too_large'
    end) as problem,
    cast(null as varchar) as skip,
    id as initiative_id, coalesce(stream, '') as stream, coalesce(squad_stream, '') as squad_stream,
    title, status,
    case
        when regexp_matches(word, '^(cancel|annul|abandon|drop|won.t|rejet|reject|exclu|descart|storn|verworf)') then 'dropped'
        when shipped_day is not null
            or regexp_matches(word, '^(ship|done|live|released|launched|deliver|livr|termin|fini|en prod|fait|complet|closed|clos|fertig|erledigt|abgeschl|hecho|conclu)')
            then 'shipped'
        when regexp_matches(word, '^(in |en cours|doing|started|under|wip|build|develop|commenc|en dév|active|actif|ongoing|en curso|em andamento)')
            then 'under_way'
        else 'planned'
    end as state,
    try_cast(reach as decimal(18, 2)) as reach,
    try_cast(impact_number as decimal(9, 2)) as impact,
    try_cast(confidence_number as decimal(9, 4)) as confidence,
    try_cast(effort_number as decimal(9, 2)) as effort,
    try_cast(rice as decimal(18, 2)) as rice,
    case
        when regexp_matches(lower(moscow), '^(must|indispensable|obligatoire)') then 'must'
        when regexp_matches(lower(moscow), '^(should|important|devrait)') then 'should'
        when regexp_matches(lower(moscow), '^(could|souhait|optionnel|pourrait|confort)') then 'could'
        when regexp_matches(lower(moscow), '^(won|exclu|plus tard|pas cette fois|hors)') then 'wont'
    end as moscow,
    target_kpi, expected_effect,
    case
        when regexp_matches(lower(expected_effect), '^\s*[-−–]|\b(down|decrease|lower|less|baisse|diminu|moins|réduire)')
            then -1
        when expected_effect is not null then 1
    end as expected_direction,
    objective, origin,
    case
        when came_from = '' then null
        when regexp_matches(came_from, 'lost|loss|perte|perdu') then 'loss'
        when regexp_matches(came_from, 'discover|découverte|interview|entretien|stud|étude|research|recherche')
            then 'discovery'
        when regexp_matches(came_from, 'feedback|retour|verbatim|review|avis|support|nps|theme|thème|ticket')
            then 'feedback'
        else 'other'
    end as origin_kind,
    work, begun as begun_day, first_due_day, due as due_day,
    case when not regexp_matches(word, '^(cancel|annul|abandon|drop|won.t|rejet|reject|exclu|descart|storn|verworf)')
        then shipped_day end as shipped_day,
    review_day, link
from read_words
