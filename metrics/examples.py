"""Runs the examples that KPIs carry: their rows in an empty warehouse, asked like any question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from math import isclose
from threading import RLock
from typing import Any

import duckdb
from sqlglot import exp

from metrics import references, warehouse
from metrics.access import LOCAL_CPO
from metrics.catalogue.example import Example, Expected
from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.coverage import alternatives
from metrics.detection.traits import measures_of
from metrics.engines import DEFINITION_ERRORS, open_facts
from metrics.errors import VigieError, unknown
from metrics.importing.report import CoverageSpan
from metrics.models import Model, Models, refresh
from metrics.organisation import (
    Assignment,
    Feature,
    Membership,
    Organisation,
    Ownership,
    Person,
    Product,
    Squad,
)
from metrics.query import Question, figures_of
from metrics.setting import Setting
from metrics.workspace import Settings

SOURCE = "example"
SINCE = date(2020, 1, 1)
#: The company of every example: a squad for each product, four people in one and two in the other.
#: `atelier` declares a funnel, a North Star and an assistant; `boutique` has had no PM since
#: 21 January 2026. The lead of `nord` leads `sud` as well since 12 January 2026.
COMPANY = Organisation(
    products=(
        Product(
            "atelier",
            "Atelier",
            signup_event="sign up",
            activation_event="activate",
            funnel_steps="open;pay",
            north_star="active_users",
        ),
        Product("boutique", "Boutique", signup_event="sign up", activation_event="activate"),
    ),
    squads=(Squad("nord", "Nord"), Squad("sud", "Sud")),
    assignments=(Assignment("nord", "atelier", SINCE), Assignment("sud", "boutique", SINCE)),
    people=tuple(Person(f"p{number}", f"P{number}") for number in range(1, 7)),
    features=(Feature("atelier", "assistant", tags="ai"),),
    ownerships=(
        Ownership("p5", "PM", "product", "boutique", SINCE, date(2026, 1, 20)),
        Ownership("p1", "squad lead", "squad", "nord", SINCE),
        Ownership("p1", "squad lead", "squad", "sud", date(2026, 1, 12)),
    ),
    memberships=tuple(
        Membership(f"p{number}", "nord" if number <= 4 else "sud", SINCE) for number in range(1, 7)
    ),
)
#: What a column that may not be empty holds where a row leaves it out, by name, then by type.
PLAIN: dict[str, object] = {"source": SOURCE, "import_id": 1, "interval_months": 1,
                            "currency": "EUR", "scale_min": 0, "scale_max": 10}  # fmt: skip


#: Rows a statement: one each takes longer than what is asked of them.
AT_ONCE = 100


@dataclass(frozen=True)
class Verdict:
    """One expected figure of one example: what was `expected`, what the rows amount to (`got`)."""

    kpi: str
    of: str
    place: str
    expected: str
    got: str
    ok: bool


def run_examples(kpi: Kpi, catalogue: Catalogue, models: Models) -> Iterator[Verdict]:
    """A verdict for each figure that the KPI's examples expect.

    Raises VigieError for rows of a table or column that does not exist.
    """
    for example in kpi.examples:
        with _empty_warehouse() as facts:
            setting = _filled(facts, kpi, example, catalogue, models)
            verdicts = [
                _judged(facts, setting, kpi, example, expected) for expected in example.gives
            ]
        yield from verdicts


@cache
def _bench() -> tuple[duckdb.DuckDBPyConnection, RLock]:
    """A warehouse without a row, made once a process: that takes longer than most examples."""
    facts = open_facts(None, read_only=False)
    warehouse.migrate(facts)
    return facts, RLock()


@contextmanager
def _empty_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse without a row, for one example at a time; all that is put in is taken back."""
    facts, lock = _bench()
    with lock:
        facts.begin()
        try:
            yield facts
        finally:
            facts.rollback()


def _judged(
    facts: duckdb.DuckDBPyConnection,
    setting: Setting,
    kpi: Kpi,
    example: Example,
    expected: Expected,
) -> Verdict:
    by = example.by or expected.kind
    found = [
        figure
        for figure in figures_of(
            facts, setting, LOCAL_CPO, Question((kpi.name,), by, example.grain)
        )
        if (figure.scope.key, figure.member, figure.period)
        == (expected.key, expected.member, expected.period)
    ]
    wanted = expected.reason if expected.value is None else f"{expected.value:.10g}"
    if not found:
        got, ok = "no figure", False
    elif found[0].value is None:
        got, ok = str(found[0].reason), found[0].reason == expected.reason
    else:
        got = f"{found[0].value:.10g}"
        ok = expected.value is not None and isclose(
            found[0].value, expected.value, rel_tol=1e-9, abs_tol=1e-9
        )
    place = " ".join(filter(None, (expected.scope, expected.member, expected.period)))
    return Verdict(kpi.name, example.of, place, str(wanted), got, ok)


def _filled(
    facts: duckdb.DuckDBPyConnection,
    kpi: Kpi,
    example: Example,
    catalogue: Catalogue,
    models: Models,
) -> Setting:
    """Put the example's rows into an empty warehouse; the setting in which it is asked."""
    first, last = example.covered
    seen = datetime.combine(last + timedelta(1), time())
    _insert(facts, "imports", [{"source": SOURCE, "dataset": "", "observed_at": seen}], example)
    home = COMPANY.products[0].product if kpi.member == "product" else COMPANY.squads[0].squad
    streams = {home}
    for table, rows in example.rows.items():
        placed = [{"stream": home, **row} for row in rows]
        streams |= {str(row["stream"]) for row in placed}
        _insert(facts, f"landed_{table}", placed, example, table)
    everyone = [*(p.product for p in COMPANY.products), *(s.squad for s in COMPANY.squads)]
    _insert(
        facts,
        "import_streams",
        [{"stream": stream, "dataset": "", "row_count": 1} for stream in everyone],
        example,
    )
    days = [first + timedelta(offset) for offset in range((last - first).days + 1)]
    _insert(
        facts,
        "slices",
        [{"dataset": "events", "stream": key, "day": day} for key in streams for day in days]
        + [{"dataset": "ledger", "stream": "", "day": day} for day in days],
        example,
    )
    references.rebuild(facts, COMPANY)
    refresh(facts, _needed(kpi, catalogue, models))
    # A function may read more than the KPI names: what the example has rows of is known as well.
    read = [_covered(dataset, example) for dataset in kpi.datasets or ("events",)]
    datasets = dict.fromkeys([*read, *example.rows])
    spans = [
        CoverageSpan(dataset, SOURCE, stream, first, last)
        for dataset in datasets
        for stream in sorted(streams)
    ]
    return Setting.of(Settings(), catalogue, models, COMPANY, spans)


def _needed(kpi: Kpi, catalogue: Catalogue, models: Models) -> dict[str, Model]:
    """The models behind a KPI, in order; all of them where a function may read any."""
    parts = [kpi, *measures_of(kpi, catalogue)]
    if any("function" in part.calculation for part in parts):
        return models
    waiting = [str(part.calculation.get("model", "")) for part in parts]
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in models and name not in needed:
            needed.add(name)
            waiting += models[name].sources
    return {name: model for name, model in models.items() if name in needed}


def _covered(dataset: str, example: Example) -> str:
    """Of 'users else events' the one that the example has rows of, else the first."""
    names = alternatives(dataset)
    return next((name for name in names if name in example.rows), names[0])


def _insert(
    facts: duckdb.DuckDBPyConnection,
    table: str,
    rows: list[dict[str, Any]],
    example: Example,
    told: str = "",
) -> None:
    """Insert rows, filling what may not be empty; `told` is the table as the example names it."""
    columns = _columns()
    if table not in columns:
        known = [name.removeprefix("landed_") for name in columns if name.startswith("landed_")]
        raise unknown("table", told, known, f"See the example '{example.of}'.")
    kinds = columns[table]
    whole: list[dict[str, object]] = []
    for number, row in enumerate(rows, 1):
        for column in row.keys() - kinds.keys() - {"stream"}:
            raise unknown(
                f"column of {told or table}", column, kinds, f"See the example '{example.of}'."
            )
        whole.append(
            {
                name: row[name] if name in row else _plain(name, kind, number, row, example)
                for name, (kind, needed) in kinds.items()
                if name in row or needed
            }
        )
    try:
        for names, alike in groupby(whole, key=tuple):
            for some in _portions(list(alike)):
                _write(facts, table, names, some)
    except DEFINITION_ERRORS:
        # Which row it is, is found by writing them singly where nothing else stands.
        facts.rollback()
        facts.begin()
        for number, row in enumerate(whole, 1):
            try:
                _write(facts, table, tuple(row), (row,))
            except DEFINITION_ERRORS as error:
                raise VigieError(
                    f"The example '{example.of}', row {number} of {told or table}: "
                    f"{str(error).splitlines()[0]}",
                    next_step="Mend the row.",
                ) from None
        raise


def _portions(rows: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _write(
    facts: duckdb.DuckDBPyConnection,
    table: str,
    columns: tuple[str, ...],
    rows: Sequence[dict[str, object]],
) -> None:
    values = [value for row in rows for value in row.values()]
    facts.execute(_insertion(table, columns, len(rows)), values)


@cache
def _insertion(table: str, columns: tuple[str, ...], count: int) -> str:
    """The statement that inserts `count` rows."""
    names = [exp.to_identifier(name) for name in columns]
    marks = [exp.Tuple(expressions=[exp.Placeholder() for _ in columns]) for _ in range(count)]
    rows = exp.Values(expressions=marks)
    return exp.insert(rows, exp.to_table(table), columns=list(names)).sql("duckdb")


@cache
def _columns() -> Mapping[str, dict[str, tuple[str, bool]]]:
    """Type of each column of each table, and whether it may not be empty."""
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for table, column, kind, nullable in (
        _bench()[0]
        .execute(
            "select table_name, column_name, data_type, is_nullable from information_schema.columns"
        )
        .fetchall()
    ):
        found.setdefault(table, {})[column] = (kind, nullable == "NO")
    return found


def _plain(name: str, kind: str, number: int, row: dict[str, Any], example: Example) -> object:
    """What stands in for a value that a row leaves out."""
    if name in PLAIN:
        return PLAIN[name]
    given = row.get("day") or row.get(f"{name.removesuffix('_at')}_day")
    day = given if isinstance(given, date) else example.covered[1]
    if kind.endswith("[]"):
        return []
    if kind == "VARCHAR":
        return f"r{number}" if name.endswith("_id") else ""
    if kind.startswith("TIMESTAMP"):
        return datetime.combine(day, time(12))
    if kind == "DATE":
        return day
    if kind in ("INTEGER", "BIGINT"):
        return number
    raise VigieError(f"The example '{example.of}' needs a value for '{name}' in each row.")
