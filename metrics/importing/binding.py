"""A profile laid onto one file: the expressions that turn its text columns into typed fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
from sqlglot import exp

from metrics.importing.dataset import DATASETS, Dataset
from metrics.importing.header import comparable
from metrics.importing.profile import Column, Profile, Question
from metrics.importing.refusal import Refusal
from metrics.importing.report import ImportOptions
from metrics.importing.staging import Table, drop_temporary
from metrics.importing.values import Reading, local_day, read, read_moment

LIKERT_LOOKED_AT = 2_000


@dataclass(frozen=True)
class BoundField:
    """One canonical field and the file's columns that it is read from (`c3`, …)."""

    name: str
    column: Column
    cells: tuple[str, ...]
    header: str
    order: str = "dmy"
    tool_cell: str = ""  # the cell that says whose identifier it is


@dataclass(frozen=True)
class BoundQuestion:
    question: Question
    cell: str
    header: str


@dataclass(frozen=True)
class OtherColumn:
    """A column that no field reads: `header` is a member, its cells are the member's values."""

    cell: str
    header: str


@dataclass(frozen=True)
class Binding:
    """Everything needed to read one file by one profile. `missing` are expected headers."""

    profile: Profile
    dataset: Dataset
    table: Table
    fields: tuple[BoundField, ...]
    questions: tuple[BoundQuestion, ...] = ()
    others: tuple[OtherColumn, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()  # (field, the header it usually has)
    unused: tuple[str, ...] = field(default=())

    @property
    def reversed_questions(self) -> tuple[BoundQuestion, ...]:
        """Questions whose scale runs the other way: their answers are turned round."""
        return tuple(
            bound
            for bound in self.questions
            if bound.question.reversed_pattern and _reversed(bound)
        )

    @property
    def used(self) -> dict[str, str]:
        """Source header → canonical field, as a person is shown it."""
        named = {bound.header: bound.name for bound in self.fields}
        named |= {bound.header: bound.question.kind for bound in self.questions}
        return named | {other.header: "value" for other in self.others}

    def field(self, name: str) -> BoundField | None:
        return next((bound for bound in self.fields if bound.name == name), None)


def bind(connection: duckdb.DuckDBPyConnection, profile: Profile, table: Table) -> Binding:
    """Match the profile's columns and questions with the staged file's headers."""
    headers = [comparable(cell) for cell in table.header]
    taken: set[int] = set()
    fields, missing = [], []
    for name, column in profile.columns.items():
        places = [
            place
            for wanted in column.comparable_headers
            for place, header in enumerate(headers)
            if header == wanted
        ]
        if not places:
            if column.expected or column.required:
                missing.append((name, column.headers[0]))
            continue
        taken |= set(places)
        cells = tuple(f"c{place}" for place in places)
        order: str = column.order
        if order == "auto" and column.read in (Reading.MOMENT, Reading.DAY):
            french = any(ord(c) > 127 for h in headers for c in h) or "horodateur" in headers
            order = _day_order(connection, cells, "dmy" if french else _english(profile))
        tools = [
            place
            for wanted in column.namespace_headers
            for place, header in enumerate(headers)
            if header == comparable(wanted)
        ]
        taken |= set(tools[:1])
        tool_cell = f"c{tools[0]}" if tools else ""
        header = table.header[places[0]].strip()
        fields.append(BoundField(name, column, cells, header, order, tool_cell))
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
        others = tuple(OtherColumn(f"c{place}", table.header[place].strip()) for place in left)
        taken |= set(left)
    unused = tuple(table.header[place] for place in range(len(headers)) if place not in taken)
    return Binding(
        profile,
        DATASETS[profile.dataset],
        table,
        tuple(fields),
        tuple(questions),
        others,
        tuple(missing),
        unused,
    )


def _english(profile: Profile) -> str:
    """How an English-speaking tool most likely writes 3/4: Google's sheets month first."""
    return "mdy" if profile.dataset == "responses" else "dmy"


def _day_order(connection: duckdb.DuckDBPyConnection, cells: Sequence[str], otherwise: str) -> str:
    """Whether days or months come first, by a value that allows only one of them."""
    first, second = (
        exp.Max(this=exp.func("number_in_date", exp.column(cells[0]), exp.Literal.number(place)))
        for place in (1, 2)
    )
    query = exp.select(first, second).from_("staged")
    found = connection.execute(query.sql("duckdb")).fetchone()
    if found is None or found[0] is None:
        return otherwise
    if found[0] > 12:
        return "dmy"
    return "mdy" if found[1] > 12 else otherwise


def _is_scale(connection: duckdb.DuckDBPyConnection, cell: str, question: Question) -> bool:
    """Whether a column's filled cells are whole numbers of the scale or words for them."""
    value = read(exp.column(cell), Reading.INTEGER, "dot", "dmy")
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
    query = exp.select(exp.func("count_if", filled), exp.func("count_if", inside)).from_(
        exp.select(cell).from_("staged").limit(LIKERT_LOOKED_AT).subquery()
    )
    found = connection.execute(query.sql("duckdb")).fetchone()
    return found is not None and bool(found[0]) and found[0] == found[1]  # null of no rows


def make_typed(
    connection: duckdb.DuckDBPyConnection,
    binding: Binding,
    options: ImportOptions,
    *,
    large: bool = False,
) -> None:
    """Create `typed`: record, problem, and every field of the dataset.

    `problem` is 'field:reason' for the first required field that is empty or unreadable.
    Identifiers are hashed once per distinct value, through temporary tables. Every cell is read in
    an inner query and judged in an outer one: macros repeat their text, so naming a value twice
    would read it twice.
    """
    columns: dict[str, exp.Expr] = {}
    local_days: dict[str, exp.Expr] = {}
    problems: list[tuple[exp.Expr, str]] = []
    joins: list[tuple[str, str, exp.Expr]] = []  # table, alias, what is looked up in it
    calendars = {} if large else _make_calendars(connection, binding)
    for bound in binding.fields:
        if bound.column.read is Reading.HASH:
            keys = f"keys_{bound.name}"
            _make_keys(connection, binding.profile, bound, keys)
            columns[bound.name] = exp.column("key", table=keys)
            joins.append((keys, keys, identifier_of(binding.profile, bound)))
        elif bound.name in calendars:
            alias = f"calendar_{bound.name}"
            columns[bound.name] = exp.column("read", table=alias)
            joins.append((calendars[bound.name], alias, _dated_cell(bound)))
        else:
            columns[bound.name] = _typed_column(bound)
        listed = bound.column.many or bound.column.split
        if bound.column.read is Reading.MOMENT and not listed:
            moment = exp.column(_read_name(bound.name), table="cells")
            local_days[f"{bound.name}_day"] = local_day(moment)
        if bound.column.required:
            raw, value = _raw(bound), exp.column(_read_name(bound.name), table="cells")
            problems.append((raw.is_(exp.null()), f"{bound.name}:missing_value"))
            if bound.column.read.can_fail:
                problems.append((value.is_(exp.null()), f"{bound.name}:unreadable_value"))
    for name, sql_type in binding.dataset.fields.items():
        if name not in columns and name not in local_days:
            empty = "[]" if sql_type.endswith("[]") else "null"
            columns[name] = exp.cast(exp.maybe_parse(empty, dialect="duckdb"), sql_type)
    for name, text in binding.profile.constants.items():
        columns[name] = exp.Literal.string(text)
    _place(binding, options, columns)
    if binding.dataset.wide:
        columns["cells"] = _other_cells(binding)
        columns["columns_are"] = exp.Literal.string(binding.profile.columns_are)
    if binding.questions:
        _add_answers(binding, columns, problems)
        dated = "answered" in binding.dataset.fields
        if dated and "answered" not in {bound.name for bound in binding.fields}:
            if options.observed_at is not None:
                day = exp.Literal.string(options.observed_at.date().isoformat())
                columns["answered_day"] = exp.cast(day, "date")
            else:
                problems.insert(0, (exp.true(), "answered:no_date"))
    problem = (
        exp.Case(ifs=[exp.If(this=test, true=exp.Literal.string(text)) for test, text in problems])
        if problems
        else exp.cast(exp.null(), "varchar")
    )
    inner = exp.select(
        "staged.*", *(value.as_(_read_name(name)) for name, value in columns.items())
    ).from_("staged")
    for table, alias, raw in joins:
        looked_up = exp.alias_(exp.to_table(table), alias, table=True)
        inner = inner.join(looked_up, on=exp.column("raw", table=alias).eq(raw), join_type="left")
    query = exp.select(
        "record",
        problem.as_("problem"),
        *(exp.column(_read_name(name), table="cells").as_(name) for name in columns),
        *(value.as_(name) for name, value in local_days.items()),
    ).from_(inner.subquery("cells"))
    _create(connection, "typed", query, "view" if large else "table")


def _dated_cell(bound: BoundField) -> exp.Expr:
    return _raw(bound) if bound.column.missing else cell_of(bound)


def _make_calendars(connection: duckdb.DuckDBPyConnection, binding: Binding) -> dict[str, str]:
    """Tables from the distinct texts of moments and days to what they say, by field.

    Fields read alike share one. Reading dates takes long to plan; in a small file that would be
    most of the work if each field planned its own. In a large one the table would be too large.
    """
    alike: dict[tuple[Reading, str, str], list[BoundField]] = {}
    for bound in binding.fields:
        column = bound.column
        if column.read in (Reading.MOMENT, Reading.DAY) and not (column.many or column.split):
            alike.setdefault((column.read, column.zone, bound.order), []).append(bound)
    named: dict[str, str] = {}
    for number, ((reading, zone, order), group) in enumerate(alike.items()):
        texts = [exp.select(_dated_cell(bound).as_("raw")).from_("staged") for bound in group]
        distinct = texts[0] if len(texts) == 1 else exp.union(*texts, distinct=True)
        raw = exp.column("raw")
        value = (
            read_moment(raw, zone, order)
            if reading is Reading.MOMENT
            else read(raw, reading, "", order)
        )
        query = (
            exp.select("raw", value.as_("read"))
            .distinct()
            .from_(distinct.subquery("texts"))
            .where(raw.copy().is_(exp.null()).not_())
        )
        _create(connection, f"calendar_{number}", query, "table")
        named |= {bound.name: f"calendar_{number}" for bound in group}
    return named


def _read_name(field: str) -> str:
    """The inner name of a value read: never one of the staged columns, such as `line`."""
    return f"read_{field}"


def cell_of(bound: BoundField, table: str | None = None) -> exp.Expr:
    """The field's text: the first of its cells that is not empty."""
    if len(bound.cells) == 1:
        return exp.column(bound.cells[0], table=table)
    return exp.func(
        "coalesce", *(exp.func("clean", exp.column(cell, table=table)) for cell in bound.cells)
    )


def _raw(bound: BoundField) -> exp.Expr:
    """The text without surrounding space, null when empty or a word for 'missing'."""
    raw = exp.func("clean", cell_of(bound))
    for missing in bound.column.missing:
        raw = exp.func("nullif", raw, exp.Literal.string(missing))
    return raw


def _typed_column(bound: BoundField) -> exp.Expr:
    column, cell = bound.column, _raw(bound) if bound.column.missing else cell_of(bound)
    if column.many or column.split:
        return _list(bound)
    match column.read:
        case Reading.MOMENT:
            return read_moment(cell, column.zone, bound.order)
        case Reading.WORD if column.words:
            return _word(column, cell)
        case Reading.TEXT if column.words:
            return exp.func("coalesce", _word(column, cell), exp.func("clean", cell.copy()))
    return read(cell, column.read, column.mark, bound.order)


def _word(column: Column, cell: exp.Expr) -> exp.Expr:
    text = exp.func("word", cell)
    return exp.Case(
        ifs=[
            exp.If(
                this=exp.In(
                    this=text.copy(), expressions=[exp.Literal.string(word) for word in words]
                ),
                true=exp.Literal.string(ours),
            )
            for ours, words in column.words.items()
        ]
    )


def _list(bound: BoundField) -> exp.Expr:
    """The non-empty cells, or parts of one cell, as a list in the file's order."""
    if bound.column.split:
        parts = exp.func(
            "string_split",
            exp.func("coalesce", cell_of(bound), exp.Literal.string("")),
            exp.Literal.string(bound.column.split),
            dialect="duckdb",
        )
        parts = exp.func("parts_of", parts)
    else:
        parts = exp.func("parts_of", exp.array(*(exp.column(cell) for cell in bound.cells)))
    return parts


def _make_keys(
    connection: duckdb.DuckDBPyConnection, profile: Profile, bound: BoundField, name: str
) -> None:
    namespace = "" if bound.tool_cell else f"{profile.tool}:{_kind_of_identifier(bound)}:"
    distinct = exp.select(identifier_of(profile, bound).as_("raw")).distinct().from_("staged")
    identifier = exp.func("clean", exp.column("raw"))
    query = (
        exp.select("raw", exp.func("key_of", exp.Literal.string(namespace), identifier).as_("key"))
        .from_(distinct.subquery("d"))
        .where(identifier.copy().is_(exp.null()).not_())
    )
    _create(connection, name, query, "table")


def _kind_of_identifier(bound: BoundField) -> str:
    return bound.column.namespace or bound.name.removesuffix("_key")


def identifier_of(profile: Profile, bound: BoundField, table: str | None = None) -> exp.Expr:
    """The identifier's text, led by its tool and kind where a column names the tool."""
    if not bound.tool_cell:
        return cell_of(bound, table)
    tool = exp.func(
        "coalesce",
        exp.func("word", exp.column(bound.tool_cell, table=table)),
        exp.Literal.string(profile.tool),
    )
    identifier = exp.func("clean", cell_of(bound, table))
    return exp.Case(
        ifs=[
            exp.If(
                this=identifier.copy().is_(exp.null()).not_(),
                true=exp.func(
                    "concat",
                    tool,
                    exp.Literal.string(f":{_kind_of_identifier(bound)}:"),
                    identifier,
                ),
            )
        ]
    )


def _other_cells(binding: Binding) -> exp.Expr:
    """The filled cells of the other columns: a list of member, text and value."""
    mark = exp.Literal.string("dot")
    cells = []
    metrics = {
        comparable(header): metric
        for metric, headers in binding.profile.figures.items()
        for header in headers
    }
    for other in binding.others:
        text: exp.Expr = exp.func("clean", exp.column(other.cell))
        for word, value in binding.profile.other_values.items():
            text = exp.Case(
                ifs=[
                    exp.If(
                        this=text.eq(exp.Literal.string(word)),
                        true=exp.Literal.string(value) if value else exp.null(),
                    )
                ],
                default=text.copy(),
            )
        named = metrics.get(comparable(other.header), other.header)
        cells.append(exp.func("cell_of", exp.Literal.string(named), text, mark.copy()))
    return exp.func("filled_cells", exp.array(*cells) if cells else exp.func("no_cells"))


def _place(binding: Binding, options: ImportOptions, columns: dict[str, exp.Expr]) -> None:
    """Rows that a person has placed belong to the product or squad named, whatever they say.

    Raises Refusal for a file that also names others, as rivals: they would be added to the product.
    """
    if binding.profile.strangers and (options.product or options.squad):
        raise Refusal("several_players", details={"tool": binding.profile.tool})
    if "squad_stream" in columns:
        for name, said in (("stream", options.product), ("squad_stream", options.squad)):
            if said:
                columns[name] = exp.Literal.string(said)
    elif "stream" in columns:
        kinds = {"product": options.product, "squad": options.squad}
        named = [kinds[kind] for kind in binding.dataset.belongs_to if kinds[kind]]
        if named:
            columns["stream"] = exp.Literal.string(str(named[0]))
    else:
        if options.product and "product" in columns and binding.questions:
            columns["product"] = exp.Literal.string(options.product)
        if options.squad and "squad" in columns and binding.questions:
            columns["squad"] = exp.Literal.string(options.squad)


def _add_answers(
    binding: Binding,
    columns: dict[str, exp.Expr],
    problems: list[tuple[exp.Expr, str]],
) -> None:
    """`answers`, a list of the answers given, and `content`, which tells two responses apart."""
    structs = []
    for bound in binding.questions:
        question = bound.question
        word = exp.func("word", exp.column(bound.cell))
        given = exp.func("clean", exp.column(bound.cell))
        if question.ignored:
            ignored = [exp.Literal.string(text) for text in question.ignored]
            given = exp.Case(
                ifs=[exp.If(this=exp.In(this=word.copy(), expressions=ignored), true=exp.null())],
                default=given,
            )
        score = read(exp.column(bound.cell), Reading.DECIMAL, "dot", "dmy")
        if question.answers:
            score = exp.Case(
                ifs=[
                    exp.If(
                        this=word.copy().eq(exp.Literal.string(text)),
                        true=exp.Literal.number(value),
                    )
                    for text, value in question.answers.items()
                ],
                default=score,
            )
        low, high = exp.Literal.number(question.low), exp.Literal.number(question.high)
        if question.reversed_pattern and _reversed(bound):
            score = exp.Sub(
                this=exp.Literal.number(question.low + question.high), expression=exp.paren(score)
            )
        outside = exp.Or(
            this=score.copy().is_(exp.null()),
            expression=exp.Not(
                this=exp.Between(this=exp.paren(score.copy()), low=low.copy(), high=high.copy())
            ),
        )
        problems.append(
            (
                exp.And(this=given.copy().is_(exp.null()).not_(), expression=exp.paren(outside)),
                f"{bound.header.replace(':', ' ')}:outside_scale",
            )
        )
        struct = exp.func(
            "answer_of",
            exp.Literal.string(bound.header),
            exp.Literal.string(question.kind),
            score,
            low,
            high,
        )
        structs.append(
            exp.Case(ifs=[exp.If(this=given.copy().is_(exp.null()).not_(), true=struct)])
        )
    columns["answers"] = exp.func("given_answers", exp.array(*structs))
    used = [cell for bound in binding.fields for cell in bound.cells]
    used += [bound.cell for bound in binding.questions]
    columns["content"] = exp.func(
        "concat_ws",
        exp.func("chr", exp.Literal.number(31)),
        *(exp.func("coalesce", exp.column(cell), exp.Literal.string("")) for cell in used),
    )


def _reversed(bound: BoundQuestion) -> bool:
    return re.search(bound.question.reversed_pattern, comparable(bound.header)) is not None


def _create(connection: duckdb.DuckDBPyConnection, name: str, query: exp.Expr, kind: str) -> None:
    drop_temporary(connection, name)
    connection.execute(f"create temp {kind} {name} as {query.sql('duckdb')}")
