"""A profile laid onto one file: which of its columns are which fields and questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import duckdb
from sqlglot import exp

from metrics.importing.dataset import DATASETS, Dataset
from metrics.importing.header import comparable
from metrics.importing.marks import writes_commas
from metrics.importing.profile import Column, Profile, Question
from metrics.importing.report_periods import period_told
from metrics.importing.staging import Table
from metrics.importing.values import Reading, read

LOOKED_AT = 2_000
#: Fields kept as text of which a number is read where they hold one.
NUMBERS_OR_WORDS = frozenset({"impact", "confidence", "effort"})


@dataclass(frozen=True)
class BoundField:
    """One canonical field and the file's columns that it is read from (`c3`, …)."""

    name: str
    column: Column
    cells: tuple[str, ...]
    header: str
    order: str = "dmy"
    tool_cell: str = ""  # the cell that says whose identifier it is
    span: tuple[str, str] | None = None  # first and last text, where all are plain ISO moments

    @property
    def is_dated(self) -> bool:
        return self.column.read in (Reading.MOMENT, Reading.DAY, Reading.PERIOD)


@dataclass(frozen=True)
class BoundQuestion:
    question: Question
    cell: str
    header: str

    @property
    def is_reversed(self) -> bool:
        """Whether its scale runs the other way."""
        pattern = self.question.reversed_pattern
        return bool(pattern) and re.search(pattern, comparable(self.header)) is not None


@dataclass(frozen=True)
class OtherColumn:
    """A column that no field reads: `header` is a member, its cells are the member's values."""

    cell: str
    header: str


@dataclass(frozen=True)
class Binding:
    """Everything needed to read one file by one profile. `missing` are expected headers.

    `keyed` says that identifiers are keys already, as in the archive.
    """

    profile: Profile
    dataset: Dataset
    table: Table
    fields: tuple[BoundField, ...]
    questions: tuple[BoundQuestion, ...] = ()
    others: tuple[OtherColumn, ...] = ()
    breakdowns: tuple[OtherColumn, ...] = ()  # what rows of figures are broken down by
    missing: tuple[tuple[str, str], ...] = ()  # (field, the header it usually has)
    unused: tuple[str, ...] = field(default=())
    unsure: tuple[str, ...] = ()  # headers of dates of which nothing tells whether days come first
    keyed: bool = False

    @property
    def reversed_questions(self) -> tuple[BoundQuestion, ...]:
        """Questions whose scale runs the other way: their answers are turned round."""
        return tuple(bound for bound in self.questions if bound.is_reversed)

    @property
    def period_order(self) -> str:
        """Whether days or months come first in the texts that tell a row's period."""
        period = self.field("period")
        if period is not None:
            return period.order
        seconds = [re.match(r"\d{1,2}[/.-](\d{1,2})[/.-]\d", each.header) for each in self.others]
        return "mdy" if any(found and int(found[1]) > 12 for found in seconds) else "dmy"

    @property
    def used(self) -> dict[str, str]:
        """Source header → canonical field, as a person is shown it."""
        named = {bound.header: bound.name for bound in self.fields}
        named |= {bound.header: bound.question.kind for bound in self.questions}
        named |= {each.header: "member" for each in self.breakdowns}
        return named | {other.header: "value" for other in self.others}

    def field(self, name: str) -> BoundField | None:
        return next((bound for bound in self.fields if bound.name == name), None)


def bind(connection: duckdb.DuckDBPyConnection, profile: Profile, table: Table) -> Binding:
    """Match the profile's columns and questions with the staged file's headers."""
    headers = [comparable(cell) for cell in table.header]
    taken: set[int] = set()
    fields, missing = [], []
    dated = _dated_places(connection, profile, headers)
    for name, column in profile.columns.items():
        places = list(
            dict.fromkeys(
                place
                for wanted in column.comparable_headers
                for place, header in enumerate(headers)
                if place not in dated
                and (header == wanted or (column.many and _numbered(header, wanted)))
            )
        )
        places += [place for place, names in dated.items() if name in names]
        if not places:
            if column.expected or column.required:
                missing.append((name, column.headers[0]))
            continue
        taken |= set(places)
        cells = tuple(f"c{place}" for place in places)
        tools = [
            place
            for wanted in column.namespace_headers
            for place, header in enumerate(headers)
            if header == comparable(wanted)
        ]
        taken |= set(tools[:1])
        tool_cell = f"c{tools[0]}" if tools else ""
        header = table.header[places[0]].strip()
        fields.append(BoundField(name, column, cells, header, column.order, tool_cell))
    fields, unsure = _dated(connection, fields, profile, table)
    questions = []
    if profile.questions:
        for place, header in enumerate(headers):
            if place in taken or not header:
                continue
            question = next(
                (
                    question
                    for question in profile.questions
                    if question.matches(header)
                    and (not question.only_within or _is_scale(connection, f"c{place}", question))
                ),
                None,
            )
            if question is None:
                continue
            taken.add(place)
            shown = " ".join(table.header[place].split())[:200]
            questions.append(BoundQuestion(question, f"c{place}", shown))
    others: tuple[OtherColumn, ...] = ()
    if profile.other_columns:
        named = {comparable(header) for each in profile.figures.values() for header in each}
        left = [
            place
            for place, header in enumerate(headers)
            if header
            and place not in taken
            and re.search(profile.other_headers, header)
            and (header in named or not profile.figures_only)
        ]
        if profile.columns_are == "periods":
            left = _periods(connection, table, left)
        others = tuple(OtherColumn(f"c{place}", table.header[place].strip()) for place in left)
        taken |= set(left)
    breakdowns: tuple[OtherColumn, ...] = ()
    if profile.breakdowns:
        left = [place for place, header in enumerate(headers) if header and place not in taken]
        breakdowns = tuple(OtherColumn(f"c{place}", table.header[place].strip()) for place in left)
        taken |= set(left)
    numbers = [bound for bound in fields if bound.column.read is Reading.DECIMAL]
    telling = [*numbers, *(bound for bound in fields if bound.name in NUMBERS_OR_WORDS)]
    cells = tuple(dict.fromkeys([cell for bound in telling for cell in bound.cells]
                                + [other.cell for other in others]))  # fmt: skip
    if writes_commas(connection, cells, table.dialect.delimiter):
        fields = [
            replace(bound, column=bound.column.model_copy(update={"mark": "comma"}))
            if bound in numbers
            else bound
            for bound in fields
        ]
        profile = profile.model_copy(update={"other_mark": "comma"})
    unused = tuple(table.header[place] for place in range(len(headers)) if place not in taken)
    return Binding(
        profile,
        DATASETS[profile.dataset],
        table,
        tuple(fields),
        tuple(questions),
        others,
        breakdowns,
        tuple(missing),
        unused,
        unsure,
    )


def _dated_places(
    connection: duckdb.DuckDBPyConnection, profile: Profile, headers: Sequence[str]
) -> dict[int, list[str]]:
    """Columns under a header that stands for two things of which this is the date, with the
    fields that they are: French 'Résolution' is how an issue ended, or when."""
    found: dict[int, list[str]] = {}
    for place, header in enumerate(headers):
        names = [
            name
            for name, column in profile.columns.items()
            if header in map(comparable, column.dated_headers)
        ]
        if not names:
            continue
        cell = exp.func("clean", exp.column(f"c{place}"))
        orders = [exp.Literal.string(order) for order in ("dmy", "mdy")]
        day = exp.func("coalesce", *(exp.func("read_day", cell.copy(), each) for each in orders))
        query = exp.select(exp.func("count", cell), exp.func("count", day)).from_(
            exp.select(f"c{place}").from_("staged").limit(LOOKED_AT).subquery()
        )
        [(filled, days)] = connection.execute(query.sql("duckdb")).fetchall()
        if filled and filled == days:
            found[place] = names
    return found


def _numbered(header: str, wanted: str) -> bool:
    """Whether a header is one that came several times, numbered by what saved the file again."""
    apart = r"[._ (]+" if wanted[-1:].isdigit() else r"[._ (]*"  # 'skill 10' is not 'skill 1' again
    return re.fullmatch(re.escape(wanted) + apart + r"\d+\)?", header) is not None


def _periods(connection: duckdb.DuckDBPyConnection, table: Table, places: list[int]) -> list[int]:
    """Those of the columns whose headers are periods: a total of them beside them is none."""
    told = connection.execute(
        "select list(period_start(header, 'dmy') is not null order by place) from "
        "(select unnest(?::varchar[]) as header, unnest(?::integer[]) as place)",
        [[table.header[place] for place in places], places],
    ).fetchone()
    known = told[0] if told and told[0] else []
    return [place for place, is_period in zip(places, known, strict=True) if is_period]


def dated_above(binding: Binding, above: Sequence[str]) -> Binding:
    """The binding with the period that a line above the header tells, where no column does."""
    told = next(filter(None, map(period_told, above)), None)
    if not binding.profile.period_above or binding.field("period") or told is None:
        return binding
    dated = {"period": told.first.isoformat(), "grain": told.grain}
    constants = binding.profile.constants | dated
    missing = tuple(pair for pair in binding.missing if pair[0] != "period")
    profile = binding.profile.model_copy(update={"constants": constants})
    return replace(binding, profile=profile, missing=missing)


def _usual_order(profile: Profile, table: Table) -> str:
    """How such a file most likely writes 3/4; '' for English, in which both are. Google's sheets
    write months first."""
    headers = [comparable(cell) for cell in table.header]
    foreign = any(ord(c) > 127 for header in headers for c in header) or "horodateur" in headers
    if foreign or table.dialect.delimiter == ";":
        return "dmy"
    return "mdy" if profile.dataset == "responses" else ""


def _dated(
    connection: duckdb.DuckDBPyConnection,
    fields: Sequence[BoundField],
    profile: Profile,
    table: Table,
) -> tuple[list[BoundField], tuple[str, ...]]:
    """The fields, those of moments and days with their span, and with whether days or months come
    first: by a value that allows only one of them, else as in the file's other columns, else as is
    usual; and the headers of those of which nothing tells."""
    spans = _spans(connection, [bound for bound in fields if bound.is_dated])
    unsaid = [
        bound for bound in fields
        if (bound.is_dated and bound.order == "auto") or bound.name == "period"
    ]  # fmt: skip
    told = _day_orders(connection, [bound for bound in unsaid if bound.name not in spans])
    found = {order for order in told.values() if order}
    usual = found.pop() if len(found) == 1 else _usual_order(profile, table)
    likely = usual or ("mdy" if _counts_to_twelve(connection, unsaid) else "dmy")
    orders = {bound.name: told.get(bound.name) or likely for bound in unsaid}
    unsure = [bound.header for bound in unsaid if not usual and told.get(bound.name) == ""]
    return [
        replace(
            bound,
            order=orders.get(bound.name, bound.order),
            span=spans.get(bound.name) if len(bound.cells) == 1 else None,
        )
        for bound in fields
    ], tuple(unsure)


def _counts_to_twelve(connection: duckdb.DuckDBPyConnection, fields: Sequence[BoundField]) -> bool:
    """Whether hours are followed by AM or PM, as they mostly are where months come first."""
    cells = [exp.column(bound.cells[0]) for bound in fields]
    if not cells:
        return False
    halves = exp.Literal.string(r"(?i)\d [ap]m$")
    seen = [exp.func("bool_or", exp.func("regexp_matches", cell, halves)) for cell in cells]
    query = exp.select(exp.func("coalesce", *seen, exp.false())).from_("staged")
    found = connection.execute(query.sql("duckdb")).fetchone()
    return found is not None and bool(found[0])


def _spans(
    connection: duckdb.DuckDBPyConnection, fields: Sequence[BoundField]
) -> dict[str, tuple[str, str]]:
    """First and last text by field, where every filled cell has the one shape of ISO moments that
    sort as text does."""
    if not fields:
        return {}
    cells = [exp.column(bound.cells[0]) for bound in fields]
    asked = [
        told
        for cell in cells
        for told in (
            exp.func("bool_and", exp.func("is_plain_iso", cell)),
            exp.Min(this=cell.copy()),
            exp.Max(this=cell.copy()),
        )
    ]
    found = connection.execute(exp.select(*asked).from_("staged").sql("duckdb")).fetchone() or ()
    return {
        bound.name: (found[3 * place + 1], found[3 * place + 2])
        for place, bound in enumerate(fields)
        if found[3 * place]
    }


def _day_orders(
    connection: duckdb.DuckDBPyConnection, fields: Sequence[BoundField]
) -> dict[str, str]:
    """By field whether days or months come first: '' where no date of that kind tells."""
    if not fields:
        return {}
    asked = [
        exp.Max(
            this=exp.func("number_in_date", exp.column(bound.cells[0]), exp.Literal.number(place))
        )
        for bound in fields
        for place in (1, 2)
    ]
    found = connection.execute(exp.select(*asked).from_("staged").sql("duckdb")).fetchone() or ()
    orders = {}
    for bound, first, second in zip(fields, found[::2], found[1::2], strict=True):
        if first is not None and first > 12:
            orders[bound.name] = "dmy"
        elif second is not None and second > 12:
            orders[bound.name] = "mdy"
        elif first is not None and (first, second) != (1, 1):
            orders[bound.name] = ""
    return orders


def _is_scale(connection: duckdb.DuckDBPyConnection, cell: str, question: Question) -> bool:
    """Whether a column's filled cells are whole numbers of the scale or words for them."""
    value = exp.func(
        "coalesce",
        read(exp.column(cell), Reading.INTEGER, "dot", "dmy"),
        exp.func("labelled", exp.column(cell)),
    )
    inside: exp.Expr = exp.Between(
        this=value,
        low=exp.Literal.number(question.low),
        high=exp.Literal.number(question.high),
    )
    if words := (*question.answers, *question.ignored):
        said = exp.In(
            this=exp.func("word", exp.column(cell)),
            expressions=[exp.Literal.string(text) for text in words],
        )
        inside = exp.func("coalesce", exp.or_(inside, said), exp.false())
    filled = exp.Not(this=exp.Is(this=exp.func("clean", exp.column(cell)), expression=exp.null()))
    counts = (
        exp.func("count_if", filled),
        exp.func("count_if", inside),
        exp.Max(this=value.copy()),
    )
    query = exp.select(*counts).from_(exp.select(cell).from_("staged").limit(LOOKED_AT).subquery())
    found = connection.execute(query.sql("duckdb")).fetchone()
    if found is None or not found[0] or found[0] != found[1]:
        return False
    return found[2] is None or found[2] > 1  # nothing but 1 is rather the yes of a yes or no
