"""Where every typed row goes: landed, left out by a rule, or quarantined; and why."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

import duckdb
from sqlglot import exp

from metrics.importing.binding import Binding
from metrics.importing.dataset import Behaviour, Dataset
from metrics.importing.report import Problem, QuarantinedRow
from metrics.importing.staging import Staged, drop_temporary
from metrics.importing.values import Reading

#: Looked for where a word begins alone: from each of its letters, a long one would take for ever.
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(\.[\w-]++)+")
_ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b")


@dataclass(frozen=True)
class Account:
    """Records by outcome; `good` are those that land. Problems and quarantine say why not."""

    read: int
    good: int
    skipped: int
    quarantine: tuple[QuarantinedRow, ...]
    problems: tuple[Problem, ...]


def mask(text: str) -> str:
    """The text without e-mail and network addresses."""
    return _ADDRESS.sub("‹address›", _MAIL.sub("‹e-mail›", text))


def tell_shapes(connection: duckdb.DuckDBPyConnection, binding: Binding, observed: date) -> None:
    """Tell the shapes the company's day on which the export was taken, and in which order its
    periods are written."""
    told = {
        "observed_day": exp.cast(exp.Literal.string(observed.isoformat()), "date"),
        "period_order": exp.Literal.string(binding.period_order),
    }
    for name, value in told.items():
        connection.execute(f"create or replace temp macro {name}() as {value.sql('duckdb')}")


def make_shaped(
    connection: duckdb.DuckDBPyConnection,
    binding: Binding,
    *,
    large: bool = False,
    beyond: exp.Expr | None = None,
) -> None:
    """Create `shaped`: one row per landed row to be, with record, `problem` and `skip`.

    A record whose identifier comes again further down the file is skipped, and so is a row for
    which the condition `beyond` holds: it is past its age. A large dataset stays a view, so that
    millions of rows are not written twice.
    """
    dataset = binding.dataset
    counts = exp.and_("problem is null", "skip is null")
    aged = exp.Case(
        ifs=[exp.If(this=exp.and_(counts.copy(), beyond), true=exp.Literal.string("beyond_age"))],
        default=exp.column("skip"),
    )
    skip = "skip" if beyond is None else aged.sql("duckdb")
    rows = f"select * replace ({skip} as skip) from"
    drop_temporary(connection, "shaped", "shaped_once")
    if dataset.behaviour is Behaviour.SLICES:
        kind = "view" if large else "table"
        connection.execute(f"create temp {kind} shaped as {rows} ({dataset.shape})")
        return
    if not dataset.has_shape:
        shape = (
            exp.select(
                "record",
                "problem",
                exp.cast(exp.null(), "varchar").as_("skip"),
                *(exp.column(name, quoted=True) for name in dataset.fields),
            )
            .from_("typed")
            .sql("duckdb")
        )
    else:
        shape = dataset.shape
    connection.execute(f"create temp table shaped_once as {rows} ({shape})")
    if dataset.behaviour is Behaviour.AGGREGATES:
        counted = exp.Case(ifs=[exp.If(this=counts, true=exp.column("value"))])
        connection.execute(f"create temp table shaped as {_added_up(counted, dataset)}")
        return
    last = exp.Window(
        this=exp.Max(this=exp.Case(ifs=[exp.If(this=counts.copy(), true=exp.column("record"))])),
        partition_by=[exp.column(name, quoted=True) for name in dataset.repeats_by or dataset.key],
    )
    repeated = exp.And(this=counts, expression=exp.column("record") < last)
    again = exp.Case(
        ifs=[exp.If(this=repeated, true=exp.Literal.string("repeated_id"))],
        default=exp.column("skip"),
    )
    query = exp.select(exp.Star(**{"replace": [exp.alias_(again, "skip")]})).from_("shaped_once")
    connection.execute(f"create temp table shaped as {query.sql('duckdb')}")


def _added_up(counted: exp.Expr, dataset: Dataset) -> str:
    """The rows of `shaped_once` with the sum of those that tell the same figure of the same period,
    and how many they are (`told`). A share, an average or a score cannot be added: told twice
    and otherwise, it is null, and a row that tells nothing else is skipped."""

    def over(function: type[exp.AggFunc], *by: str) -> exp.Expr:
        parts = [exp.column(name) for name in by or dataset.key]
        return exp.Window(this=function(this=counted.copy()), partition_by=parts)

    total, least, most = over(exp.Sum), over(exp.Min), over(exp.Max)
    several = exp.func("cannot_be_added", exp.column("metric"), exp.column("unit"))
    alone = exp.Case(ifs=[exp.If(this=least.eq(most), true=least.copy())])
    value = exp.Case(ifs=[exp.If(this=several, true=alone)], default=total)
    added = exp.select(
        exp.Star(**{"replace": [exp.alias_(value, "value")]}), over(exp.Count).as_("told")
    ).from_("shaped_once")
    told = exp.Window(this=exp.Count(this=exp.column("value")), partition_by=[exp.column("record")])
    nothing = exp.and_(
        "problem is null",
        "skip is null",
        "told > 1",
        exp.EQ(this=told, expression=exp.Literal.number(0)),
    )
    skip = exp.Case(
        ifs=[exp.If(this=nothing, true=exp.Literal.string("not_added"))],
        default=exp.column("skip"),
    )
    query = exp.select(exp.Star(**{"replace": [exp.alias_(skip, "skip")]})).from_(
        added.subquery("added")
    )
    return query.sql("duckdb")


def settle(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    binding: Binding,
    *,
    all_good: bool = False,
) -> Account:
    """Account for every record of the file. The identity read = good + skipped + quarantined
    holds by construction: each record is counted by its own worst outcome.

    `all_good` says that every staged record is known to land.
    """
    outcomes = [] if all_good else _outcomes(connection)
    quarantine: list[QuarantinedRow] = []
    skips: Counter[str] = Counter(aside.reason for aside in staged.skipped)
    first_line: dict[str, int] = {}
    for aside in reversed(staged.skipped):
        first_line[aside.reason] = aside.line
    bad = {record: (line, problem) for record, line, problem, _ in outcomes if problem}
    for _, line, problem, skip in outcomes:
        if not problem:
            skips[skip] += 1
            first_line.setdefault(skip, line)
    texts = _texts(connection, binding, bad)
    for record, (line, problem) in bad.items():
        field, _, reason = problem.rpartition(":")
        column, text = _header(binding, field), texts[record]
        quarantine.append(QuarantinedRow(line, column, reason, text))
    for aside in staged.broken:
        quarantine.append(QuarantinedRow(aside.line, "", aside.reason, mask(aside.text)))
    quarantine.sort(key=lambda row: row.line)
    skipped = sum(skips.values())
    problems = _summaries(quarantine, binding) + [
        Problem("skipped", reason, line=first_line.get(reason), rows=rows)
        for reason, rows in sorted(skips.items())
    ]
    return Account(
        read=staged.read,
        good=staged.read - skipped - len(quarantine),
        skipped=skipped,
        quarantine=tuple(quarantine),
        problems=tuple(problems + _unreadable_options(connection, binding)),
    )


def _outcomes(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int, str, str]]:
    """Record, line, worst problem and rule of every record that does not land."""
    return connection.execute(
        "with worst as (select record, min(problem) as problem, min(skip) as skip from shaped "
        "where problem is not null or skip is not null group by record) "
        "select w.record, s.line, w.problem, w.skip from worst as w "
        "join staged as s on s.record = w.record order by w.record"
    ).fetchall()


def _header(binding: Binding, field: str) -> str:
    """The file's own header for a field; the field's usual one when the file lacks it."""
    bound = binding.field(field)
    if bound is not None:
        return bound.header
    column = binding.profile.columns.get(field)
    return column.headers[0] if column else field


def _texts(
    connection: duckdb.DuckDBPyConnection, binding: Binding, bad: dict[int, tuple[int, str]]
) -> dict[int, str]:
    """The rows as JSON of header → cell, without personal columns."""
    if not bad:
        return {}
    cells = [
        (cell, binding.table.header[int(cell[1:])].strip())
        for bound in binding.fields
        if bound.column.read is not Reading.HASH
        for cell in bound.cells
    ]
    cells += [(bound.cell, bound.header) for bound in binding.questions]
    cells += [(other.cell, other.header) for other in binding.others]
    query = exp.select("record", *(cell for cell, _ in cells)).from_("staged")
    few = len(bad) < 10_000
    if few:
        query = query.where(exp.column("record").isin(*bad))
    texts = {}
    for record, *values in connection.execute(query.sql("duckdb")).fetchall():
        if record not in bad:
            continue
        row: dict[str, object] = {}
        for (_, header), value in zip(cells, values, strict=True):
            if value:
                row[header] = f"{row[header]}, {value}" if header in row else value
        texts[record] = mask(json.dumps(row, ensure_ascii=False))
    return texts


def _summaries(quarantine: list[QuarantinedRow], binding: Binding) -> list[Problem]:
    """One problem per column and reason, with the first line and its text, and how the column is
    read."""
    reads = {bound.header: {"reads": str(bound.column.read)} for bound in binding.fields}
    reads |= {other.header: {"reads": str(Reading.DECIMAL)} for other in binding.others}
    groups: dict[tuple[str, str], list[QuarantinedRow]] = defaultdict(list)
    for row in quarantine:
        groups[row.column, row.reason].append(row)
    return [
        Problem(
            "quarantined",
            reason,
            column,
            rows[0].line,
            len(rows),
            _example(rows[0]),
            reads.get(column, {}),
        )
        for (column, reason), rows in sorted(groups.items(), key=lambda item: item[1][0].line)
    ]


def _example(row: QuarantinedRow) -> str:
    if row.column and row.text.startswith("{"):
        cell = json.loads(row.text).get(row.column, "")
        return str(cell)[:80]
    return row.text[:80]


def _unreadable_options(connection: duckdb.DuckDBPyConnection, binding: Binding) -> list[Problem]:
    """Optional values that are there but cannot be read, counted per column."""
    asked = [
        bound
        for bound in binding.fields
        if not bound.column.required
        and bound.column.read.can_fail
        and not (bound.column.read is Reading.WORD and not bound.column.words)
        and not bound.column.many
        and not bound.column.split
    ]
    if not asked:
        return []
    texts, told = list[exp.Expr](), list[exp.Expr]()
    for place, bound in enumerate(asked):
        raw: exp.Expr = exp.func("clean", exp.column(bound.cells[0], table="s"))
        for missing in bound.column.missing:
            raw = exp.func("nullif", raw, exp.Literal.string(missing))
        value = exp.column(bound.name, table="t", quoted=True)
        nothing_read = exp.If(this=value.is_(exp.null()), true=raw)
        unread = f"unread_{place}"
        texts.append(exp.Case(ifs=[nothing_read]).as_(unread))
        line = exp.If(this=exp.column(unread).is_(exp.null()).not_(), true=exp.column("line"))
        told += [
            exp.Count(this=exp.column(unread)),
            exp.Min(this=exp.Case(ifs=[line])),
            exp.func("any_value", exp.column(unread)),
        ]
    rows = (
        exp.select("s.line", *texts)
        .from_(exp.to_table("typed").as_("t"), copy=False)
        .join(exp.to_table("staged").as_("s"), on="s.record = t.record", copy=False)
        .where("t.problem is null", copy=False)
    )
    query = exp.select(*told).from_(rows.subquery("rows", copy=False), copy=False)
    found = connection.execute(query.sql("duckdb", copy=False)).fetchone() or ()
    problems = []
    for place, bound in enumerate(asked):
        rows, first_line, text = found[3 * place : 3 * place + 3]
        if rows:
            problems.append(
                Problem(
                    "warning",
                    "unreadable_optional",
                    bound.header,
                    first_line,
                    rows,
                    mask(str(text))[:80],
                    {"reads": str(bound.column.read)},
                )
            )
    return problems
