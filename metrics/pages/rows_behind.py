"""The rows behind a figure: the facts of its scope dated in its period, read from the warehouse
through the compiled KPI's own model and filter, and the imports that they came with.

What would tell a person is left out: keys of users, accounts, people, sessions and answers. What
is hidden in small groups has no rows to show at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pandas as pd
from sqlglot import exp

from metrics import pinning, warehouse
from metrics.access import Viewer, may_see
from metrics.calendar import Period
from metrics.catalogue.kpi import Catalogue, Kind, Kpi
from metrics.catalogue.loading import parts_of
from metrics.compile import expression_of
from metrics.coverage import Coverage
from metrics.definitions import definitions_of
from metrics.engines import open_facts
from metrics.errors import VigieError
from metrics.models import Model, as_kept, inlined
from metrics.register import ledger
from metrics.register.ledger import ImportRecord
from metrics.register.organisation import load_organisation
from metrics.result import Scope
from metrics.scopes import members_of
from metrics.workspace import Workspace

#: Rows shown of each part; all of them are counted.
MOST_ROWS = 200
#: Columns that tell a person, or what one person said or did.
PERSONAL = frozenset(
    {"user_key", "account_key", "account", "person", "session", "response_id", "item",
     "feedback_id", "time"}
)  # fmt: skip


@dataclass(frozen=True)
class PartRows:
    """The rows of one base part of a KPI: a ratio has two. `rows` hold `MOST_ROWS` at most."""

    kpi: str
    model: str
    count: int
    rows: pd.DataFrame


@dataclass(frozen=True)
class Lineage:
    """From a figure to its rows, and to the imports whose days touch the period."""

    parts: tuple[PartRows, ...]
    imports: tuple[ImportRecord, ...]


def lineage(workspace: Workspace, viewer: Viewer, of: str, scope: Scope, period: Period) -> Lineage:
    """What the KPI `of` a scope in a period rests on, in the warehouse that readers see now.

    Raises VigieError for a KPI that does not exist, one whose groups are hidden when small, a scope
    that `viewer` may not see, and a workspace without data.
    """
    catalogue, models = definitions_of(workspace)
    kpi = catalogue[of]
    if not may_see(viewer, scope.kind):
        raise VigieError("You may not see figures per {kind}.", values={"kind": scope.kind})
    bases = base_parts(kpi, catalogue)
    if any(_tells_people(part, models) for part in bases):
        raise VigieError(
            "{kpi} is not cut further: small groups could be told apart.", values={"kpi": of}
        )
    path = warehouse.current_path(workspace)
    if path is None:
        raise VigieError(
            "This workspace holds no data yet.", next_step="Import a file: 'vigie import FILE'."
        )
    with workspace.register.connect() as register:
        organisation = load_organisation(register)
        imports = tuple(
            record
            for record in ledger.history(register)
            if record.status == "applied"
            and {part.name for part in (kpi, *bases)} & set(record.kpis)
            and touches(record.period, period)
        )
        spans = [held.span for held in ledger.read_coverage(register)] if organisation.ends else []
    coverage = Coverage(spans, organisation)
    connection = open_facts(path)
    try:
        kept = as_kept(connection, models)
        parts = tuple(
            _part(
                connection, kept, part,
                members_of(organisation, scope, part.member, period.end), period,
                coverage.gone(part.member, part.datasets),
            )
            for part in bases
        )  # fmt: skip
    finally:
        connection.close()
    return Lineage(parts, imports)


def base_parts(kpi: Kpi, catalogue: Catalogue) -> list[Kpi]:
    """The KPIs and measures that a KPI is computed from which read facts, each once."""
    found: dict[str, Kpi] = {}

    def collect(one: Kpi) -> None:
        for part in parts_of(one):
            collect(catalogue[part])
        if "model" in one.calculation:
            found[one.name] = one

    collect(kpi)
    return list(found.values())


def touches(span: tuple[date, date] | None, period: Period) -> bool:
    """Whether an import's days meet a period; one that says none is taken to."""
    return span is None or (span[0] <= period.end and span[1] >= period.start)


def _tells_people(kpi: Kpi, models: Mapping[str, Model]) -> bool:
    model = models[str(kpi.calculation["model"])]
    return "small_groups" in kpi.calculation or "person" in model.columns


def _part(
    connection: duckdb.DuckDBPyConnection,
    models: Mapping[str, Model],
    kpi: Kpi,
    members: frozenset[str],
    period: Period,
    gone: Mapping[str, date],
) -> PartRows:
    model = models[str(kpi.calculation["model"])]
    columns = [name for name in model.columns if name not in PERSONAL]
    day = "day" if "day" in model.columns else "start_day"
    bounds = _bounds(kpi, period, "day" in model.columns)
    if day == "start_day":  # what has ended holds nothing any more
        members = frozenset(each for each in members if gone.get(each, date.max) > bounds[1])
    asked = _asked(kpi, model, len(members), "day" in model.columns)
    values: list[Any] = [*sorted(members), *bounds]
    chosen = asked.select(*(exp.column(exp.to_identifier(name)) for name in columns))
    newest = chosen.order_by(exp.Ordered(this=exp.column(exp.to_identifier(day)), desc=True))
    rows = _run(connection, models, newest.limit(MOST_ROWS), values)
    count = _run(
        connection, models, asked.select(exp.alias_(exp.Count(this=exp.Star()), "n")), values
    )
    return PartRows(kpi.name, model.name, int(count["n"].iloc[0]), rows)


def _asked(kpi: Kpi, model: Model, members: int, has_day: bool) -> exp.Select:
    """The model's rows of so many members within two days, by the KPI's own filter."""
    places = [exp.Placeholder() for _ in range(max(members, 1))]
    member = exp.column(exp.to_identifier(model.member))
    conditions: list[exp.Expr] = [
        exp.In(this=member, expressions=places) if members else exp.false(),
    ]
    if has_day:
        at = exp.column(exp.to_identifier("day"))
        conditions += [
            exp.GTE(this=at, expression=exp.Placeholder()),
            exp.LTE(this=at.copy(), expression=exp.Placeholder()),
        ]
    else:
        ends = exp.column(exp.to_identifier("end_day"))
        conditions += [
            exp.LTE(this=exp.column(exp.to_identifier("start_day")), expression=exp.Placeholder()),
            exp.paren(
                exp.or_(
                    exp.Is(this=ends, expression=exp.null()),
                    exp.GT(this=ends.copy(), expression=exp.Placeholder()),
                )
            ),
        ]
    if "filter" in kpi.calculation:
        conditions.append(exp.paren(expression_of(kpi, "filter")))
    return exp.select().from_(model.name).where(exp.and_(*conditions))


def _bounds(kpi: Kpi, period: Period, has_day: bool) -> tuple[date, date]:
    """Facts of a day lie in the period; of what lasts, a stock is what holds on its last day, all
    else what held on some day of it."""
    if has_day:
        return period.start, period.end
    return period.end, period.end if kpi.kind in (Kind.STOCK, Kind.QUANTILE) else period.start


def _run(
    connection: duckdb.DuckDBPyConnection,
    models: Mapping[str, Model],
    query: exp.Select,
    values: list[Any],
) -> pd.DataFrame:
    return connection.execute(pinning.render(inlined(query, models)), values).df()
