"""The staged text as typed fields, with the reason where a required one cannot be read."""

from __future__ import annotations

import duckdb
from sqlglot import exp

from metrics.importing.answers import add_answers
from metrics.importing.binding import Binding, BoundField
from metrics.importing.bound_cells import (
    cell_of,
    identifier_of,
    kind_of_identifier,
    other_cells,
    raw_of,
    value_of,
)
from metrics.importing.profile import Profile
from metrics.importing.refusal import Refusal
from metrics.importing.report import ImportOptions
from metrics.importing.staging import drop_temporary
from metrics.importing.steady_clock import SteadyClock, steady_clock
from metrics.importing.values import Reading, local_day, read, read_moment

#: Required fields that a file may tell otherwise than in a column: by its date, above its header.
SAID_OTHERWISE = ("answered", "period")


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
    fields = _Fields(connection, binding, large)
    for bound in binding.fields:
        fields.read(bound)
        fields.tell_day(bound)
        if bound.column.required:
            fields.require(bound)
    fields.fill(options)
    if binding.questions:
        fields.ask(options)
    _create(connection, "typed", fields.query(), "view" if large else "table")


class _Fields:
    """The fields of one file as expressions over its staged text, while they are gathered."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, binding: Binding, large: bool
    ) -> None:
        self._connection = connection
        self._binding = binding
        self._columns: dict[str, exp.Expr] = {}
        self._plain: dict[str, exp.Expr] = {}  # moments before the company's clock is asked
        self._local_days: dict[str, exp.Expr] = {}
        self._checked: dict[str, exp.Expr] = {}
        self._problems: list[tuple[exp.Expr, str]] = []
        self._joins: list[tuple[str, str, exp.Expr]] = []  # table, alias, what is looked up in it
        self._calendars = {} if large else _make_calendars(connection, binding)
        self._clock = _clock(connection, binding) if large else None

    def read(self, bound: BoundField) -> None:
        """A field's value: looked up where texts that are alike were read once, else read."""
        name = bound.name
        if bound.column.read is Reading.HASH and self._binding.keyed:
            self._columns[name] = exp.cast(cell_of(bound), "bigint")
        elif bound.column.read is Reading.HASH:
            keys = f"keys_{name}"
            _make_keys(self._connection, self._binding.profile, bound, keys)
            self._columns[name] = exp.column("key", table=keys)
            self._joins.append((keys, keys, identifier_of(self._binding.profile, bound)))
        elif name in self._calendars:
            alias = f"calendar_{name}"
            self._columns[name] = exp.column("read", table=alias)
            self._joins.append((self._calendars[name], alias, _dated_cell(bound)))
        elif self._clock is not None and _is_plain(bound):
            self._plain[name] = exp.func("plain_moment", cell_of(bound))
            plain = exp.column(_plain_name(name), table="texts")
            self._columns[name] = self._clock.utc_of(plain)
        else:
            self._columns[name] = value_of(bound)

    def tell_day(self, bound: BoundField) -> None:
        """The company's day of a moment, beside it."""
        if bound.column.read is not Reading.MOMENT or _is_listed(bound):
            return
        moment = exp.column(_read_name(bound.name), table="cells")
        self._local_days[f"{bound.name}_day"] = (
            local_day(moment)
            if self._clock is None
            else exp.cast(self._clock.local_of(moment), "date")
        )

    def require(self, bound: BoundField) -> None:
        """What is wrong with a row in which the field is empty or cannot be read."""
        raw, value = raw_of(bound), exp.column(_read_name(bound.name), table="cells")
        looked_up = bound.name in self._calendars or bound.name in self._plain
        if bound.column.read is Reading.MOMENT and not looked_up and not _is_listed(bound):
            # Whether it can be read is known before its zone, which takes long, is applied.
            self._checked[bound.name] = read_moment(_dated_cell(bound), "utc", bound.order)
            value = exp.column(_checked_name(bound.name), table="cells")
        self._problems.append((raw.is_(exp.null()), f"{bound.name}:missing_value"))
        if bound.column.read.can_fail:
            self._problems.append((value.is_(exp.null()), f"{bound.name}:unreadable_value"))

    def fill(self, options: ImportOptions) -> None:
        """What no column says: constants, where a person placed the rows, nothing elsewhere."""
        binding, columns = self._binding, self._columns
        said = {*columns, *binding.profile.constants, *SAID_OTHERWISE}
        for name, column in binding.profile.columns.items():
            if column.required and name not in said:
                self._problems.insert(0, (exp.true(), f"{name}:missing_value"))
        for name, sql_type in binding.dataset.fields.items():
            if name not in columns and name not in self._local_days:
                empty = "[]" if sql_type.endswith("[]") else "null"
                columns[name] = exp.cast(exp.maybe_parse(empty, dialect="duckdb"), sql_type)
        for name, text in binding.profile.constants.items():
            columns[name] = exp.Literal.string(text)
        if binding.breakdowns:
            parts = [exp.func("clean", exp.column(each.cell)) for each in binding.breakdowns]
            names = " / ".join(each.header for each in binding.breakdowns)
            columns["member"] = exp.func("concat_ws", exp.Literal.string(" / "), *parts)
            columns["dimension"] = exp.Literal.string(names)
        _place(binding, options, columns)
        if binding.dataset.wide:
            columns["cells"] = other_cells(binding)
            columns["columns_are"] = exp.Literal.string(binding.profile.columns_are)

    def ask(self, options: ImportOptions) -> None:
        """The answers to a survey's questions; without a day of their own, of the file's day."""
        add_answers(self._binding, self._columns, self._problems)
        dated = "answered" in self._binding.dataset.fields
        if not dated or "answered" in {bound.name for bound in self._binding.fields}:
            return
        if options.observed_at is not None:
            day = exp.Literal.string(options.observed_at.date().isoformat())
            self._columns["answered_day"] = exp.cast(day, "date")
        else:
            self._problems.insert(0, (exp.true(), "answered:no_date"))

    def query(self) -> exp.Select:
        """All fields of every record, with the first of its problems."""
        cells = [
            *(
                value.as_(_read_name(name))
                for name, value in self._columns.items()
                if name not in self._plain
            ),
            *(value.as_(_plain_name(name)) for name, value in self._plain.items()),
            *(value.as_(_checked_name(name)) for name, value in self._checked.items()),
        ]
        inner = exp.select("staged.*", *cells).from_("staged", copy=False)
        for table, alias, raw in self._joins:
            looked_up = exp.alias_(exp.to_table(table), alias, table=True)
            on = exp.column("raw", table=alias).eq(raw)
            inner.join(looked_up, on=on, join_type="left", copy=False)
        if self._plain:
            asked = (self._columns[name].as_(_read_name(name)) for name in self._plain)
            inner = exp.select("*", *asked).from_(inner.subquery("texts", copy=False), copy=False)
        return exp.select(
            "record",
            self._problem().as_("problem"),
            *(exp.column(_read_name(name), table="cells").as_(name) for name in self._columns),
            *(value.as_(name) for name, value in self._local_days.items()),
        ).from_(inner.subquery("cells", copy=False), copy=False)

    def _problem(self) -> exp.Expr:
        if not self._problems:
            return exp.cast(exp.null(), "varchar")
        return exp.Case(
            ifs=[exp.If(this=test, true=exp.Literal.string(text)) for test, text in self._problems]
        )


def _is_listed(bound: BoundField) -> bool:
    """Whether a cell holds several values."""
    return bool(bound.column.many or bound.column.split)


def _dated_cell(bound: BoundField) -> exp.Expr:
    return raw_of(bound) if bound.column.missing else cell_of(bound)


def _make_calendars(connection: duckdb.DuckDBPyConnection, binding: Binding) -> dict[str, str]:
    """Tables from the distinct texts of moments and days to what they say, by field.

    Fields read alike share one. Reading dates takes long to plan; in a small file that would be
    most of the work if each field planned its own. In a large one the table would be too large.
    """
    alike: dict[tuple[Reading, str, str], list[BoundField]] = {}
    for bound in binding.fields:
        column = bound.column
        if column.read in (Reading.MOMENT, Reading.DAY) and not _is_listed(bound):
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


def _is_plain(bound: BoundField) -> bool:
    """Whether all of a field's texts are ISO moments on the company's clock."""
    column = bound.column
    one = not (_is_listed(bound) or column.missing)
    dated = column.read is Reading.MOMENT and column.zone == "company"
    return one and dated and bound.span is not None


def _clock(connection: duckdb.DuckDBPyConnection, binding: Binding) -> SteadyClock | None:
    """The company's clock over all days that the plain moments name; None when there are none."""
    plain = [bound for bound in binding.fields if _is_plain(bound)]
    if not plain:
        return None
    texts = [text for bound in plain for text in bound.span or ()]
    first, last = connection.execute(
        "select min(plain_moment(text)), max(plain_moment(text)) "
        "from (select unnest(?::varchar[]) as text)",
        [texts],
    ).fetchall()[0]
    return None if first is None else steady_clock(connection, first, last)


def _plain_name(field: str) -> str:
    return f"plain_{field}"


def _checked_name(field: str) -> str:
    return f"checked_{field}"


def _read_name(field: str) -> str:
    """The inner name of a value read: never one of the staged columns, such as `line`."""
    return f"read_{field}"


def _make_keys(
    connection: duckdb.DuckDBPyConnection, profile: Profile, bound: BoundField, name: str
) -> None:
    kind = kind_of_identifier(bound.name, bound.column)
    namespace = "" if bound.tool_cell else f"{profile.tool}:{kind}:"
    distinct = exp.select(identifier_of(profile, bound).as_("raw")).distinct().from_("staged")
    identifier = exp.func("clean", exp.column("raw"))
    query = (
        exp.select("raw", exp.func("key_of", exp.Literal.string(namespace), identifier).as_("key"))
        .from_(distinct.subquery("d"))
        .where(identifier.copy().is_(exp.null()).not_())
    )
    _create(connection, name, query, "table")


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


def _create(connection: duckdb.DuckDBPyConnection, name: str, query: exp.Expr, kind: str) -> None:
    drop_temporary(connection, name)
    connection.execute(f"create temp {kind} {name} as {query.sql('duckdb', copy=False)}")
