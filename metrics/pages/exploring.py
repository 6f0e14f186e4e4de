"""What Explore shows: a KPI's figures as series, asked live, and the imports they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from metrics import query as live
from metrics.access import Viewer
from metrics.calendar import Grain
from metrics.catalogue.kpi import Kpi
from metrics.query import SCOPE_KINDS
from metrics.register import ledger
from metrics.register.ledger import ImportRecord
from metrics.result import Figure, Scope
from metrics.workspace import Workspace


@dataclass(frozen=True)
class Series:
    """One scope's, or one member of a dimension's, figures, oldest first.

    `size` is how much the latest known figure weighs: its denominator where it has one, else its
    value; what is shown first of many is the largest.
    """

    scope: Scope
    dimension: str
    member: str
    figures: tuple[Figure, ...]

    @property
    def key(self) -> str:
        return self.member if self.dimension else self.scope.key

    @property
    def size(self) -> float:
        known = [figure for figure in self.figures if figure.value is not None]
        if not known:
            return -1.0
        last = known[-1]
        return abs(last.denominator or last.value or 0.0)


@dataclass(frozen=True)
class Exploration:
    """The answer to one question: series, largest first, and the imports behind them."""

    kpi: Kpi
    by: str
    grain: Grain
    series: tuple[Series, ...]
    imports: tuple[ImportRecord, ...]


def cuts_of(kpi: Kpi) -> tuple[str, ...]:
    """What a KPI can be looked at by: kinds of scope, then its dimensions."""
    return (*SCOPE_KINDS, *kpi.dimensions)


def explore(
    workspace: Workspace,
    viewer: Viewer,
    kpi: Kpi,
    *,
    by: str,
    grain: Grain,
    since: date | None,
    until: date | None,
) -> Exploration:
    """A KPI's figures by a kind of scope or a dimension, as `query` gives them.

    Raises VigieError as `query` does: for a grain or cut that the KPI does not have, and where
    there is no data at all.
    """
    figures = live.query(
        workspace, viewer, [kpi.name], by=by, grain=grain, since=since, until=until
    )
    with workspace.register.connect() as connection:
        imports = tuple(
            record
            for record in ledger.history(connection)
            if record.status == "applied" and kpi.name in record.kpis
        )
    return Exploration(kpi, by, grain, _series(figures), imports)


def statements(workspace: Workspace, kpi: Kpi, by: str) -> dict[str, str]:
    """The SQL behind a KPI, cut as asked, by the name of each part."""
    return live.sql(workspace, kpi.name, by=by if by in kpi.dimensions else None)


def _series(figures: Iterable[Figure]) -> tuple[Series, ...]:
    found: dict[tuple[Scope, str, str], list[Figure]] = {}
    for figure in figures:
        found.setdefault((figure.scope, figure.dimension, figure.member), []).append(figure)
    made = [
        Series(scope, dimension, member, tuple(sorted(rows, key=lambda each: each.start)))
        for (scope, dimension, member), rows in found.items()
    ]
    return tuple(sorted(made, key=lambda each: (-each.size, each.scope, each.member)))
