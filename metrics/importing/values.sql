-- How a text cell becomes a value. Every macro gives null for a text that it cannot read, so that
-- "present, but not readable" can be told and counted.

-- Most cells begin and end with a visible ASCII character, which is cheap to see: texts compare by
-- their bytes, so that those from '!' up to what follows '~' begin with one.
create or replace temp macro clean(t) as case
    when t >= '!' and t < chr(127) and t[-1] between '!' and '~' then t
    else nullif(
        trim(t, concat(' ', chr(9), chr(10), chr(13), chr(160), chr(8239), chr(65279))), ''
    )
end;

create or replace temp macro word(t) as lower(regexp_replace(clean(t), '[\s\x{a0}\x{202f}]+', ' ', 'g'));

-- Decimals. `mark` ('dot' or 'comma') only settles what the text leaves open: 1,234 or 1.234.
create or replace temp macro bare_number(t) as
    regexp_replace(
        regexp_replace(
            regexp_replace(clean(t), '[\s\x{a0}\x{202f}''’€$£%]|EUR|USD|GBP', '', 'g'),
            '^\((.+)\)$', '-\1'
        ),
        '^([^-]+)-$', '-\1'
    );

create or replace temp macro pointed(s, mark) as case
    when contains(s, ',') and contains(s, '.') then
        case when regexp_matches(s, ',[^.]*$')
            then replace(replace(s, '.', ''), ',', '.') else replace(s, ',', '') end
    when regexp_matches(s, ',.*,|\..*\.') then
        case when regexp_full_match(s, '[+-]?\d{1,3}([,.]\d{3})+')
            then regexp_replace(s, '[,.]', '', 'g') end
    when mark = 'dot' and regexp_full_match(s, '[+-]?[1-9]\d{0,2},\d{3}') then replace(s, ',', '')
    when mark = 'comma' and regexp_full_match(s, '[+-]?[1-9]\d{0,2}\.\d{3}')
        then replace(s, '.', '')
    else replace(s, ',', '.')
end;

create or replace temp macro exact_number(s) as case
    when regexp_full_match(s, '[+-]?(\d+(\.\d*)?|\.\d+)') then try_cast(s as decimal(28, 6))
end;

-- A list of one, transformed, names a value so that it is worked out once.
create or replace temp macro read_decimal(t, mark) as list_transform(
    list_transform([bare_number(t)], lambda s: pointed(s, mark)), lambda s: exact_number(s)
)[1];

create or replace temp macro read_integer(t, mark) as list_transform(
    [read_decimal(t, mark)], lambda n: case when n = floor(n) then try_cast(n as integer) end
)[1];

-- Moments. `ord` ('dmy' or 'mdy') settles 03/04/2026. A text with an offset is absolute; any other
-- is read on the clock of the zone that its column states.
create or replace temp macro month_number(name) as map {
    'jan': 1, 'january': 1, 'janv': 1, 'janvier': 1, 'januar': 1, 'jänner': 1, 'ene': 1,
    'enero': 1, 'gen': 1, 'gennaio': 1, 'janeiro': 1, 'januari': 1, 'feb': 2, 'february': 2,
    'févr': 2, 'fév': 2, 'février': 2, 'februar': 2, 'febrero': 2, 'febbraio': 2, 'fev': 2,
    'fevereiro': 2, 'februari': 2, 'mar': 3, 'march': 3, 'mars': 3, 'mär': 3, 'märz': 3, 'mrz': 3,
    'marzo': 3, 'março': 3, 'mrt': 3, 'maart': 3, 'apr': 4, 'april': 4, 'avr': 4, 'avril': 4,
    'abr': 4, 'abril': 4, 'aprile': 4, 'may': 5, 'mai': 5, 'mayo': 5, 'mag': 5, 'maggio': 5,
    'maio': 5, 'mei': 5, 'jun': 6, 'june': 6, 'juin': 6, 'juni': 6, 'junio': 6, 'giu': 6,
    'giugno': 6, 'junho': 6, 'jul': 7, 'july': 7, 'juil': 7, 'juillet': 7, 'juli': 7, 'julio': 7,
    'lug': 7, 'luglio': 7, 'julho': 7, 'aug': 8, 'august': 8, 'août': 8, 'aout': 8, 'ago': 8,
    'agosto': 8, 'augustus': 8, 'sep': 9, 'sept': 9, 'september': 9, 'septembre': 9,
    'septiembre': 9, 'set': 9, 'settembre': 9, 'setembro': 9, 'oct': 10, 'october': 10,
    'octobre': 10, 'okt': 10, 'oktober': 10, 'octubre': 10, 'ott': 10, 'ottobre': 10, 'out': 10,
    'outubro': 10, 'nov': 11, 'november': 11, 'novembre': 11, 'noviembre': 11, 'novembro': 11,
    'dec': 12, 'december': 12, 'déc': 12, 'décembre': 12, 'dez': 12, 'dezember': 12, 'dic': 12,
    'diciembre': 12, 'dicembre': 12, 'dezembro': 12
}[lower(name)];

-- The two numbers with which a date such as 3/4/2026 begins: which is the day shows over a column.
create or replace temp macro number_in_date(t, place) as try_cast(
    regexp_extract(t, '^\s*(\d{1,2})[/.-](\d{1,2})[/.-]', place) as integer
);

create or replace temp macro on_clock(y, m, d, clock) as try_strptime(
    concat(case when length(y) = 2 then '20' || y else y end, '-', m, '-', d, ' ', trim(clock)),
    ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M %p', '%Y-%m-%d ']
);

create or replace temp macro by_numbers(p, ord) as case when p['y'] <> '' then
    case when ord = 'mdy' then on_clock(p['y'], p['a'], p['b'], p['clock'])
        else on_clock(p['y'], p['b'], p['a'], p['clock']) end
end;

create or replace temp macro by_name(p) as case when p['y'] <> '' then
    on_clock(p['y'], month_number(p['m']), p['d'], p['clock'])
end;

create or replace temp macro written_slowly(t, ord) as case
    when regexp_full_match(t, '\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?') then try_cast(t as timestamp)
    when regexp_full_match(t, '\d{8}') then try_strptime(t, '%Y%m%d')
    when regexp_full_match(t, '\d{4}-\d{2}') then try_strptime(t, '%Y-%m')
    when regexp_matches(t, '^\d{4}/') then try_strptime(
        t, ['%Y/%m/%d %H:%M:%S', '%Y/%m/%d %H:%M', '%Y/%m/%d', '%Y/%m/%d %I:%M:%S %p']
    )
    when regexp_matches(t, '^\d{1,2}[/. -]\p{L}') then by_name(regexp_extract(
        t, '^(\d{1,2})[/. -](\p{L}+)\.?[/. -](\d{4}|\d{2})(?:[ ,]+(.*))?$', ['d', 'm', 'y', 'clock']
    ))
    when regexp_matches(t, '^\p{L}') then by_name(regexp_extract(
        t, '^(\p{L}+)\.? (\d{1,2}), (\d{4})(?:,? +(.*))?$', ['m', 'd', 'y', 'clock']
    ))
    else by_numbers(regexp_extract(
        t, '^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ ,T]+(.*))?$', ['a', 'b', 'y', 'clock']
    ), ord)
end;

create or replace temp macro sane(moment) as list_transform([moment], lambda m: case
    when m >= timestamp '1970-01-01' and m < timestamp '2100-01-01' then m
end)[1];

create or replace temp macro plain_moment(t) as sane(try_cast(t as timestamp));

create or replace temp macro is_plain_iso(t) as length(t) = 19 and t[5] = '-' and t[17] = ':';

create or replace temp macro written(t, ord) as sane(
    case when is_plain_iso(t) then try_cast(t as timestamp)
        else list_transform([clean(t)], lambda s: written_slowly(s, ord))[1] end
);

create or replace temp macro absolute_slowly(t) as sane(case
    when regexp_full_match(t, '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|UTC|[+-]\d{2}(:?\d{2})?)')
    then try_cast(
        regexp_replace(replace(t, ' UTC', 'Z'), '([+-]\d{2}):?(\d{2})$', '\1:\2') as timestamptz
    )::timestamp
    when regexp_matches(t, ' GMT[+-]\d{4}') then try_strptime(
        regexp_extract(t, '^\p{L}{3} (\p{L}{3} \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4})', 1),
        '%b %d %Y %H:%M:%S GMT%z'
    )::timestamptz::timestamp
end);

create or replace temp macro absolute(t) as
    case when is_plain_iso(t) then null
        else list_transform([clean(t)], lambda s: absolute_slowly(s))[1] end;

create or replace temp macro local_to_utc(t) as timezone(company_zone(), t)::timestamp;
create or replace temp macro utc_to_local(t) as timezone(company_zone(), timezone('UTC', t));

create or replace temp macro moment_of_company(t, ord) as
    coalesce(local_to_utc(written(t, ord)), absolute(t));
create or replace temp macro moment_of_utc(t, ord) as coalesce(written(t, ord), absolute(t));
-- A date without a clock is a day wherever one stands.
create or replace temp macro read_day(t, ord) as
    coalesce(written(t, ord), utc_to_local(absolute(t)))::date;

create or replace temp macro read_flag(t) as map {
    'true': true, 'yes': true, '1': true, 'oui': true, 'vrai': true, 'x': true, 'checked': true,
    'false': false, 'no': false, '0': false, 'non': false, 'faux': false
}[word(t)];

create or replace temp macro parts_of(cells) as list_filter(
    list_transform(cells, lambda cell: clean(cell)), lambda cell: cell is not null
);

create or replace temp macro answer_of(question, kind, score, low, high) as {
    'question': question, 'kind': kind, 'score': score::decimal(28, 6),
    'low': low::decimal(9, 2), 'high': high::decimal(9, 2)
};

create or replace temp macro given_answers(answers) as
    list_filter(answers, lambda answer: answer is not null);

-- A personal identifier becomes a signed 64-bit number that nobody without the key can undo.
create or replace temp macro key_of(namespace, identifier) as (
    ('0x' || left(sha256(concat(secret(), namespace, identifier)), 16))::ubigint::hugeint
    - 9223372036854775808
)::bigint;

-- Periods as people write them: 2026, 2026 Q4, T4 2026, 2026-W46, 2026-11, or any day. Quarters and
-- years are the company's fiscal ones; a fiscal year bears the calendar year in which it ends.
create or replace temp macro fiscal_month(year, month_of_year) as make_date(
    (year - case when fiscal_year_start()::integer > 1 then 1 else 0 end)
        + (fiscal_year_start()::integer + month_of_year - 2) // 12,
    (fiscal_year_start()::integer + month_of_year - 2) % 12 + 1,
    1
);

create or replace temp macro year_in(t) as try_cast(regexp_extract(t, '(\d{4})', 1) as integer);
create or replace temp macro number_in(t, letters) as
    try_cast(regexp_extract(t, concat('(?i)[', letters, '] ?(\d{1,2})'), 1) as integer);

create or replace temp macro period_grain(t) as list_transform([clean(t)], lambda s: case
    when regexp_full_match(s, '\d{4}') then 'year'
    when regexp_full_match(s, '(?i)(\d{4}[ -]?[QT] ?[1-4]|[QT] ?[1-4][ -]\d{4})') then 'quarter'
    when regexp_full_match(s, '(?i)\d{4}-?[WS]\d{1,2}') then 'week'
    when regexp_full_match(s, '\d{4}-\d{2}') then 'month'
    when s is not null then 'day'
end)[1];

create or replace temp macro period_start(t, ord) as list_transform([clean(t)], lambda s:
    case period_grain(s)
        when 'year' then fiscal_month(year_in(s), 1)
        when 'quarter' then fiscal_month(year_in(s), 3 * number_in(s, 'QT') - 2)
        when 'week' then make_date(year_in(s), 1, 4)
            - (isodow(make_date(year_in(s), 1, 4)) - 1)::integer + 7 * (number_in(s, 'WS') - 1)
        else read_day(s, ord)
    end::date
)[1];

-- The last day of the period of a grain that begins on a day.
create or replace temp macro period_end(start, grain) as (case grain
    when 'year' then start + interval 12 month - interval 1 day
    when 'quarter' then start + interval 3 month - interval 1 day
    when 'month' then date_trunc('month', start) + interval 1 month - interval 1 day
    when 'week' then start + interval 6 day
    else start
end)::date;

-- A word stands for the number at its place; '' for none. Written once for all cells of a row: a file
-- with a column a day has hundreds, and what is written for each takes minutes to plan.
create or replace temp macro cell_of(member, text, mark) as {
    'member': member::varchar, 'text': text::varchar, 'value': read_decimal(text, mark)
};
create or replace temp macro in_number(t, words, numbers) as
    case when list_contains(words, t) then nullif(numbers[list_position(words, t)], '') else t end;
create or replace temp macro cells_of(members, texts, words, numbers, mark) as list_transform(
    list_zip(members, list_transform(texts, lambda t: in_number(clean(t), words, numbers))),
    lambda pair: cell_of(pair[1], pair[2], mark)
);
create or replace temp macro filled_cells(cells) as
    list_filter(cells, lambda cell: cell.text is not null);
create or replace temp macro no_cells() as
    list_filter([cell_of('', '', 'dot')], lambda cell: false);

-- Whether a status says, in the words of many tools, that work has not begun.
create or replace temp macro says_todo(status) as regexp_matches(lower(status), '^(to.?do|à faire|a faire|open|ouvert|backlog|triage|new|nouveau|selected|ready|prêt|unstarted|planned|zu erledigen|offen|neu|por hacer|pendient|abiert|nuev|da |apert|a fazer|abert|te doen|nieuw|do zrobienia|nowe|未着手)');

create or replace temp macro readings_are_made() as true;
