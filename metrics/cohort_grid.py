"""A product's retention: the grid of its weekly cohorts, and the curve that they make together.

Made from the same facts and coverage as the KPIs `retention_w…`: a cohort is who was first active
in a week; a cell is shown once every week from the cohort's to its own is known and closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from metrics.calendar import Period
from metrics.catalogue.kpi import Kpi
from metrics.compile import compile_kpi
from metrics.sets import put_calendar, put_sets
from metrics.setting import Setting

#: Latest cohorts of a grid, and weeks after the first that it follows them.
COHORTS = 26
LATER = 12


@dataclass(frozen=True)
class CohortRow:
    """Users first active in one week. `exact[k]`: active again k weeks later; `on_or_after[k]`: k
    weeks later or since, up to the last closed week. Position 0 is the size; None where a week that
    it is counted over is not known or not closed."""

    period: str
    start: date
    end: date
    exact: tuple[int | None, ...]
    on_or_after: tuple[int | None, ...]
    reason: str | None = None  # why the cohort's own week is not known

    @property
    def size(self) -> int | None:
        return self.exact[0]


@dataclass(frozen=True)
class CurvePoint:
    """All cohorts whose k-th week is closed, together: who came back of whom."""

    later: int
    entered: int
    back: int

    @property
    def rate(self) -> float | None:
        return self.back / self.entered if self.entered else None


@dataclass(frozen=True)
class RetentionTable:
    """A product's cohorts, oldest first, and its retention curves from week 0 on: of who was active
    in the very week, and of who was in that week or since."""

    cohorts: tuple[CohortRow, ...]
    curve: tuple[CurvePoint, ...]
    curve_since: tuple[CurvePoint, ...] = ()


def retention_table(
    connection: duckdb.DuckDBPyConnection, setting: Setting, kpi: Kpi, product: str
) -> RetentionTable | None:
    """The table of one product, of the users that `kpi` (a `retention_w…`) counts.

    None while no week of the product has closed.
    """
    first, last = setting.coverage.first, setting.coverage.last
    if first is None or last is None:
        return None
    members = frozenset([product])
    periods = setting.calendar.periods(kpi.cadence, first, last)
    known = setting.coverage.known(
        [members], kpi.member, kpi.datasets, periods, [(each.start, each.end) for each in periods]
    )
    sure = (known.closed & known.usable)[0].tolist()
    if not any(sure):
        return None
    # What happens in a week that is still open says nothing of who has come back since.
    periods = periods[: len(sure) - sure[::-1].index(True)]
    sure = sure[: len(periods)]
    put_calendar(connection, periods)
    put_sets(connection, [members])
    asked = replace(kpi, calculation=kpi.calculation | {"statistic": "grid"})
    statement = compile_kpi(asked, setting.models)
    rows = connection.execute(statement.text, list(statement.values)).fetchall()
    cells = {(int(row[2]), int(row[3])): (int(row[4]), int(row[5])) for row in rows}
    cohorts = tuple(
        _row(period, index, sure, cells, str(known.reason[0][index]))
        for index, period in enumerate(periods)
    )
    begun = next(
        (at for at, row in enumerate(cohorts) if row.size or row.reason == "history_begins"),
        len(cohorts),
    )
    return RetentionTable(
        cohorts[begun:][-COHORTS:],
        _curve([each.exact for each in cohorts]),
        _curve([each.on_or_after for each in cohorts]),
    )


def _row(
    period: Period,
    index: int,
    sure: list[bool],
    cells: Mapping[tuple[int, int], tuple[int, int]],
    reason: str,
) -> CohortRow:
    last = next((at for at in range(index, len(sure)) if not sure[at]), len(sure)) - 1
    # Who came in a week that is not known is missing from all that reaches over it.
    known_since = len(sure) - sure[::-1].index(False) if False in sure else 0
    since = 0
    on_or_after: dict[int, int] = {}
    for later in range(len(sure) - 1 - index, -1, -1):
        since += cells.get((index, later), (0, 0))[1]
        on_or_after[later] = since
    shown = [later for later in range(LATER + 1) if index + later <= last]
    return CohortRow(
        period.key,
        period.start,
        period.end,
        tuple(
            cells.get((index, later), (0, 0))[0] if later in shown else None
            for later in range(LATER + 1)
        ),
        tuple(
            on_or_after[later] if later in shown and index + later >= known_since else None
            for later in range(LATER + 1)
        ),
        reason or None,
    )


def _curve(cohorts: Sequence[Sequence[int | None]]) -> tuple[CurvePoint, ...]:
    """The points of all cohorts that are known so far, from each one's counts by week."""
    points = []
    for later in range(LATER + 1):
        there = [counts for counts in cohorts if counts[later] is not None]
        if there:
            entered = sum(counts[0] or 0 for counts in there)
            points.append(CurvePoint(later, entered, sum(counts[later] or 0 for counts in there)))
    return tuple(points)
