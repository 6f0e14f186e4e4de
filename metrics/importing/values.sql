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

-- Moments. `ord` settles 03/04/2026: 'dmy' or 'mdy', or 'ddmmyy', which is the former and 030426 as well. A text with an offset is absolute; any other
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
    'dec': 12, 'december': 12, 'déc': 12, 'décembre': 12, 'decembre': 12, 'fevrier': 2, 'fevr': 2, 'dez': 12, 'dezember': 12, 'dic': 12,
    'diciembre': 12, 'dicembre': 12, 'dezembro': 12, 'jän': 1, 'maj': 5, 'augusti': 8, 'sty': 1,
    'stycznia': 1, 'styczeń': 1, 'lut': 2, 'lutego': 2, 'luty': 2, 'marca': 3, 'marzec': 3,
    'kwi': 4, 'kwietnia': 4, 'kwiecień': 4, 'maja': 5, 'cze': 6, 'czerwca': 6, 'czerwiec': 6,
    'lip': 7, 'lipca': 7, 'lipiec': 7, 'sie': 8, 'sierpnia': 8, 'sierpień': 8, 'wrz': 9,
    'września': 9, 'wrzesień': 9, 'paź': 10, 'października': 10, 'październik': 10, 'lis': 11,
    'listopada': 11, 'listopad': 11, 'gru': 12, 'grudnia': 12, 'grudzień': 12, 'des': 12,
    'led': 1, 'úno': 2, 'bře': 3, 'dub': 4, 'kvě': 5, 'čvn': 6, 'čer': 6, 'čvc': 7, 'srp': 8,
    'zář': 9, 'říj': 10, 'pro': 12, 'oca': 1, 'şub': 2, 'nis': 4, 'haz': 6, 'tem': 7, 'ağu': 8,
    'eyl': 9, 'eki': 10, 'kas': 11, 'ara': 12, 'янв': 1, 'фев': 2, 'февр': 2, 'мар': 3, 'апр': 4,
    'май': 5, 'мая': 5, 'июн': 6, 'июл': 7, 'авг': 8, 'сен': 9, 'сент': 9, 'окт': 10, 'ноя': 11,
    'нояб': 11, 'дек': 12, 'tammi': 1, 'helmi': 2, 'maalis': 3, 'huhti': 4, 'touko': 5, 'kesä': 6,
    'heinä': 7, 'elo': 8, 'syys': 9, 'loka': 10, 'marras': 11, 'joulu': 12, '一月': 1, '二月': 2,
    '三月': 3, '四月': 4, '五月': 5, '六月': 6, '七月': 7, '八月': 8, '九月': 9, '十月': 10,
    '十一月': 11, '十二月': 12
}[lower(name)];

-- The two numbers with which a date such as 3/4/2026 begins: which is the day shows over a column.
create or replace temp macro number_in_date(t, place) as try_cast(
    regexp_extract(t, '^\s*(\d{1,2})[/.-](\d{1,2})[/.-]', place) as integer
);

-- Clocks as languages write them: 17.04.53, 17h04, 5:04 p. m., 오후 5:04, 5:04 下午.
create or replace temp macro latin_halves(c) as regexp_replace(
    regexp_replace(c, '^(.*)(?:오전|上午|午前)(.*)$', '\1\2 am'),
    '^(.*)(?:오후|下午|午後)(.*)$', '\1\2 pm'
);
create or replace temp macro plain_clock(c) as case
    when regexp_full_match(c, '[\d: ]*([AaPp][Mm])?') then trim(c)
    else regexp_replace(
        regexp_replace(
            regexp_replace(trim(latin_halves(c)), '^(\d{1,2})\.(\d{2})\.(\d{2})', '\1:\2:\3'),
            '^(\d{1,2})(?:\.| ?h ?)(\d{2})', '\1:\2'
        ),
        '(?i)\s*\b([ap])\.?\s?m\.?$', ' \1m'
    )
end;

create or replace temp macro on_clock(y, m, d, clock) as try_strptime(
    concat(case when length(y) = 2 then '20' || y else y end, '-', m, '-', d, ' ', plain_clock(clock)),
    ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M %p', '%Y-%m-%d ']
);

-- Year, month, day and clock of a date that is written with names, signs or in some order of numbers,
-- as texts; all empty where it is none. 2026年3月14日 10:00, 2026. 3. 14 오전 10:00, 14 mars 2026,
-- Mar 14, 2026, 14/03/2026, 2026-03-14 10.00.00.
-- What is no month's name is found out later: a pattern of all letters takes long to prepare.
create or replace temp macro parts_of_date(t, ord) as case
    when regexp_matches(t, '^\d{4} ?[年년]') then regexp_extract(
        t, '^(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일](?: *(.*))?$', ['y', 'm', 'd', 'clock']
    )
    when regexp_matches(t, '^\d{4}([/-]|\. ?)\d{1,2}([/-]|\. ?)\d') then regexp_extract(
        t, '^(\d{4})[/.-] ?(\d{1,2})[/.-] ?(\d{1,2})\.?(?:[ ,]+(.*))?$', ['y', 'm', 'd', 'clock']
    )
    when regexp_matches(t, '^\d{1,2}[/. -]\D') then regexp_extract(
        t, '^(\d{1,2})[/. -]([^\d/. -]+)\.?[/. -](\d{4}|\d{2})(?:[ ,]+(.*))?$', ['d', 'm', 'y', 'clock']
    )
    when regexp_matches(t, '^\D') then regexp_extract(
        t, '^([^\d/. -]+)\.? (\d{1,2}), (\d{4})(?:,? +(.*))?$', ['m', 'd', 'y', 'clock']
    )
    when ord = 'mdy' then regexp_extract(
        t, '^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ ,T]+(.*))?$', ['m', 'd', 'y', 'clock']
    )
    else regexp_extract(
        t, '^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ ,T]+(.*))?$', ['d', 'm', 'y', 'clock']
    )
end;

create or replace temp macro of_parts(p) as case when p['y'] <> '' then on_clock(
    p['y'],
    case when regexp_matches(p['m'], '^\D') then month_number(p['m'])::varchar else p['m'] end,
    p['d'],
    p['clock']
) end;

create or replace temp macro written_slowly(t, ord) as case
    when regexp_full_match(t, '\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?') then try_cast(t as timestamp)
    when regexp_full_match(t, '\d{8}') then try_strptime(t, '%Y%m%d')
    when ord = 'ddmmyy' and regexp_full_match(t, '\d{5,6}') then try_strptime(lpad(t, 6, '0'), '%d%m%y')
    -- A spreadsheet's count of days since 1899-12-30, of the years from 2009 to 2036.
    when regexp_full_match(t, '4\d{4}([.,]\d+)?') then timestamp '1899-12-30'
        + to_seconds(round(86400 * replace(t, ',', '.')::double)::bigint)
    when regexp_full_match(t, '\d{4}-\d{2}') then try_strptime(t, '%Y-%m')
    else list_transform([parts_of_date(t, ord)], lambda p: of_parts(p))[1]
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

-- Google's forms name a zone behind the moment: 2026/08/29 5:04:53 PM UTC+2, or CEST.
create or replace temp macro hours_of_zone(name) as map {
    'UTC': 0, 'GMT': 0, 'WET': 0, 'WEST': 1, 'BST': 1, 'CET': 1, 'MEZ': 1, 'CEST': 2, 'MESZ': 2, 'EET': 2,
    'EEST': 3, 'EST': -5, 'EDT': -4, 'CST': -6, 'CDT': -5, 'MST': -7, 'MDT': -6, 'PST': -8, 'PDT': -7
}[name];
create or replace temp macro in_zone(p) as try_strptime(
    p['at'], ['%Y/%m/%d %I:%M:%S %p', '%Y/%m/%d %H:%M:%S']
) - to_minutes(
    60 * (hours_of_zone(p['zone']) + coalesce(try_cast(p['h'] as integer), 0))
    + case when p['h'] like '-%' then -1 else 1 end * coalesce(try_cast(p['m'] as integer), 0)
);

-- Seconds, thousandths or millionths of a second since 1970, from 2001 to 2033.
create or replace temp macro since_1970(t) as case
    when regexp_full_match(t, '1\d{9}(\.\d+)?')
        then make_timestamp((try_cast(t as decimal(20, 6)) * 1000000)::bigint)
    when regexp_full_match(t, '1\d{12}') then make_timestamp(try_cast(t as bigint) * 1000)
    when regexp_full_match(t, '1\d{15}') then make_timestamp(try_cast(t as bigint))
end;

create or replace temp macro absolute_slowly(t) as sane(case
    when regexp_matches(t, '^1\d{9}') then since_1970(t)
    when regexp_matches(t, '^\d{4}/.* [A-Z]{3,4}([+-]\d.*)?$') then in_zone(regexp_extract(
        t, '^([\d/: ]+(?: [AaPp][Mm])?) ([A-Z]{3,4})([+-]\d{1,2})?:?(\d{2})?$', ['at', 'zone', 'h', 'm']
    ))
    when regexp_full_match(t, '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|UTC|[+-]\d{2}(:?\d{2})?)')
    then try_cast(
        regexp_replace(replace(t, ' UTC', 'Z'), '([+-]\d{2}):?(\d{2})$', '\1:\2') as timestamptz
    )::timestamp
    when regexp_matches(t, ' GMT[+-]\d{4}') then try_strptime(
        regexp_extract(t, '^[^\d ]{3} ([A-Za-z]{3} \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4})', 1),
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
-- Mixpanel counts seconds on the clock of the project.
create or replace temp macro moment_of_project(t, ord) as
    coalesce(local_to_utc(sane(since_1970(clean(t)))), moment_of_company(t, ord));
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

-- The number that leads an answer with its label: 10 - Extremely likely, 5 (très satisfait).
create or replace temp macro labelled(t) as
    try_cast(regexp_extract(clean(t), '^(\d{1,2}) ?[-–—=:.)(] ?[^\d\s]', 1) as integer);

create or replace temp macro given_answers(answers) as
    list_filter(answers, lambda answer: answer is not null);

-- A personal identifier becomes a signed 64-bit number that nobody without the key can undo.
create or replace temp macro key_of(namespace, identifier) as (
    ('0x' || left(sha256(concat(secret(), namespace, identifier)), 16))::ubigint::hugeint
    - 9223372036854775808
)::bigint;

-- What another tool may call an account of which a billing tool tells this: the text itself, an
-- address's domain and the name in it (but of those that anybody may have), a name's spellings.
create or replace temp macro account_words(told) as list_distinct(list_filter(
    case
        when told like '%@%' then case
            when regexp_matches(
                lower(told),
                '@(gmail|googlemail|outlook|hotmail|live|yahoo|icloud|orange|free|wanadoo|laposte|sfr|gmx|web|proton|protonmail|mail|aol)\.'
            ) then ['']
            else [
                regexp_extract(lower(told), '@([^@]+)$', 1),
                regexp_extract(lower(told), '@([^@.]+)\.[^@]+$', 1)
            ]
        end
        else [
            told, lower(told), regexp_replace(lower(told), '[^\p{L}\p{N}]+', '-', 'g'),
            regexp_replace(lower(told), '[^\p{L}\p{N}]+', '_', 'g'),
            regexp_replace(lower(told), '[^\p{L}\p{N}]+', '', 'g')
        ]
    end,
    lambda word: word <> ''
));

-- Periods as people write them: 2026, 2026 Q4, T4 2026, 2026-W46, 2026-11, janv. 2026, Jan-26, 01/2026,
-- or any day. Quarters and years are the company's fiscal ones; a fiscal year bears the calendar year
-- in which it ends.
create or replace temp macro fiscal_month(year, month_of_year) as make_date(
    (year - case when fiscal_year_start()::integer > 1 then 1 else 0 end)
        + (fiscal_year_start()::integer + month_of_year - 2) // 12,
    (fiscal_year_start()::integer + month_of_year - 2) % 12 + 1,
    1
);

create or replace temp macro year_in(t) as coalesce(
    try_cast(regexp_extract(t, '(\d{4})', 1) as integer),
    2000 + try_cast(regexp_extract(t, '(\d{2})$', 1) as integer)
);
-- The number that is no year: of a quarter or a week.
create or replace temp macro number_of(t) as
    try_cast(regexp_extract(t, '(?:^|\D)(\d{1,2})(?:\D|$)', 1) as integer);

-- A month named or numbered; a year of two digits only after a mark, for 'Jun 14' is a day.
create or replace temp macro month_and_year(t) as case
    when regexp_matches(t, '^\D') then regexp_replace(
        t, '^([^\d /|_''’.-]{3,})\.?(?:(?: de)?[ /_-]*((?:19|20)\d{2})| ?[/_''’-]+(\d{2}))$', '\1|\2\3'
    )
    when regexp_matches(t, '^(19|20)\d{2}') then regexp_replace(
        t, '^(\d{4})(?:[/.M-]?(0[1-9]|1[0-2])|[ /_-]+([^\d /|_''’.-]{3,})\.?)$', '\2\3|\1'
    )
    else regexp_replace(t, '^(0?[1-9]|1[0-2])[/.-](\d{4})$', '\1|\2')
end;
create or replace temp macro month_start(t) as list_transform(
    [month_and_year(t)], lambda s: case when regexp_full_match(s, '[\p{L}\d]+\|\d+') then make_date(
        try_cast(case when s[-3] = '|' then '20' else '' end || split_part(s, '|', 2) as integer),
        coalesce(try_cast(split_part(s, '|', 1) as integer), month_number(split_part(s, '|', 1))), 1
    ) end
)[1];

create or replace temp macro is_quarter(t) as regexp_full_match(t,
    '(?i)(\d{4}[ /-]?[QT] ?[1-4]|[QT] ?[1-4][ /''’-]+(\d{4}|\d{2})|[1-4](er|e|ème|st|nd|rd|th|\.)? (trimestre|trim\.?|quarter|quartal|qtr)( de)? \d{4})'
);
create or replace temp macro is_week(t) as regexp_full_match(t,
    '(?i)(\d{4}[ -]?(W|KW|S)\d{1,2}|(W|KW|week|semaine|woche)[ -]?\d{1,2}[ /-]+\d{4}|S\d{2}[ /-]\d{4})'
);
create or replace temp macro is_period(t) as
    is_quarter(t) or is_week(t) or month_start(t) is not null;

create or replace temp macro period_grain(t) as list_transform([clean(t)], lambda s: case
    when regexp_full_match(s, '\d{4}') then 'year'
    when is_quarter(s) then 'quarter'
    when is_week(s) then 'week'
    when month_start(s) is not null then 'month'
    when s is not null then 'day'
end)[1];

create or replace temp macro period_start(t, ord) as list_transform([clean(t)], lambda s: case
    when regexp_full_match(s, '\d{4}') then fiscal_month(year_in(s), 1)
    when is_quarter(s) then fiscal_month(year_in(s), 3 * number_of(s) - 2)
    when is_week(s) then make_date(year_in(s), 1, 4)
        - (isodow(make_date(year_in(s), 1, 4)) - 1)::integer + 7 * (number_of(s) - 1)
    else coalesce(month_start(s), read_day(s, ord))
end::date)[1];

-- The last day of the period of a grain that begins on a day.
create or replace temp macro period_end(start, grain) as (case grain
    when 'year' then start + interval 12 month - interval 1 day
    when 'quarter' then start + interval 3 month - interval 1 day
    when 'month' then date_trunc('month', start) + interval 1 month - interval 1 day
    when 'week' then start + interval 6 day
    else start
end)::date;

-- The person-months that the company says a size such as S or XL stands for.
create or replace temp macro size_of(t) as case when regexp_full_match(word(t), '[a-z]+') then try_cast(
    nullif(regexp_extract(effort_sizes(), concat('(^|;)', word(t), '=([\d.]+)'), 2), '') as decimal(9, 2)
) end;

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

-- The currency that a figure's text names; a dollar is the company's own where that is one.
create or replace temp macro currency_of(t) as case
    when contains(t, '€') then 'EUR'
    when contains(t, '£') then 'GBP'
    when contains(t, '$') then case when company_currency() in ('CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'MXN')
        then company_currency() else 'USD' end
    else nullif(regexp_extract(t, '(^|[\d\s])(EUR|USD|GBP)([\d\s]|$)', 2), '')
end;
create or replace temp macro currency_told(unit, t) as coalesce(
    currency_of(t), case when regexp_full_match(unit, '[A-Za-z]{3}') then upper(unit) end
);

-- A status without the number or the picture that people put before it: 🚧 En cours, 2. Doing.
create or replace temp macro bare_status(status) as lower(regexp_replace(status, '^[^\p{L}]+', ''));

-- Whether a status says, in the words of many tools, that work has not begun.
create or replace temp macro says_todo(status) as regexp_matches(bare_status(status), '^(to.?do|à faire|a faire|(re-?)?open|(ré?)?ouvert|wieder ?(er)?öffnet|wiedereröffnet|reabiert|reabert|riapert|backlog|triage|new|nouveau|selected|ready|prêt|unstarted|planned|zu erledigen|offen|neu|por hacer|pendient|abiert|nuev|da |apert|a fazer|abert|te doen|nieuw|do zrobienia|nowe|未着手)');

-- Whether it says that work is done, or under way.
create or replace temp macro says_done(status) as regexp_matches(bare_status(status), '^(done|fait(e|s|es)?( |$)|(mis )?(en|in) prod|déployé|deployed|shipped|live$|merged|accepted|closed|resolved|completed|released|termin|fini|clos|résolu|livré|fertig|erledigt|geschlossen|gelöst|abgeschlossen|finaliz|cerrad|hecho|listo|complet|conclu|chius|fatto|gereed|voltooid|opgelost|gotowe|zrobion|klaar|zakończ|zamkni|klart|slutförd|resolvid|fechad|risolt|完了|完成|已完成|已关闭|已解决|완료|해결|hotovo|uzavřen|vyřešen|tamam|çözül|kapalı|готово|закрыт|решен|valmis|ferdig|lukket|løst)');
create or replace temp macro says_doing(status) as regexp_matches(bare_status(status), '^(dev(elopment|eloping)?$|développement$|qa$|tests?$|(code |peer )?review|recette|revue|à (tester|valider|recetter|relire)|ready (for|to) (review|test|qa|deploy|release)|staging$|in |en |doing|started|review|testing|blocked|bloqué|wip|blockiert|bloquead|em |wordt uitgevoerd|bezig|w toku|w trakcie|pågå|進行中|作業中)');

-- When a card came to a list, of a text that begins with it: 2026-02-10T10:00:00.000Z En cours.
create or replace temp macro moved_at(move) as try_cast(left(move, 19) as timestamp);

-- When what bears such an identifier was made: its first eight digits are seconds since 1970.
create or replace temp macro made_at(identifier) as case when regexp_full_match(identifier, '[0-9a-f]{24}')
    then sane(make_timestamp(('0x' || left(identifier, 8))::bigint * 1000000))
end;

-- Jira's server writes a sprint as its program holds it: …greenhopper…[id=12,…,name=Sprint 4,…].
create or replace temp macro sprint_name(told) as coalesce(nullif(regexp_extract(
    told, '^com\.atlassian\.greenhopper.*\[.*\bname=(.*?),(?:goal|startDate|endDate|completeDate|activatedDate|sequence|state)=', 1
), ''), told);

-- What a figure lands under, however a header or a cell spells it.
create or replace temp macro metric_name(told) as
    lower(regexp_replace(trim(told), '[\s-]+', '_', 'g'));

-- Whether a figure is a share, an average or a score: two of them make no third by addition.
create or replace temp macro cannot_be_added(metric, unit) as coalesce(unit = '%', false) or regexp_matches(
    metric,
    '(^|_)(rates?|taux|ratio|share|percent(age)?|pct|pourcentage|prozent|anteil|tasa|porcentaje|tasso|taxa'
    || '|average|avg|mean|median|médiane|mediane|moyenne?s?|durchschnitt|promedio|score|nps|csat|ces|rating|index'
    || '|indice|position|ctr|cpc|cpm|arpu|per|par)(_|$)|%|(ungs|ions|klick|absprung|churn)rate(_|$)|[a-zß]quote(_|$)'
);

create or replace temp macro readings_are_made() as true;
