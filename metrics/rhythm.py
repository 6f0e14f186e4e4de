"""How often each source sends files, which weeks they made known, and which are late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta, tzinfo
from itertools import pairwise
from statistics import median
from typing import Literal

from metrics.register.ledger import AppliedSpan, ImportRecord, history, read_coverage
from metrics.workspace import Workspace

Rhythm = Literal["daily", "weekly", "monthly", "quarterly", "once", "irregular"]
#: The days between two files by which a rhythm is known, and after how many one is late.
RHYTHMS: tuple[tuple[Rhythm, float, float, int], ...] = (
    ("daily", 0.5, 2.0, 3),
    ("weekly", 5.0, 9.0, 9),
    ("monthly", 25.0, 35.0, 38),
    ("quarterly", 80.0, 100.0, 105),
)
WEEKS_SHOWN = 26
#: The files from which a rhythm can be told.
FEWEST = 3


@dataclass(frozen=True)
class SourceState:
    """One kind of export. `expected` is how often it comes, `last` when its newest was taken.

    `weeks` are the shares of days known in each of the last weeks, the oldest first; None outside
    the first and the last known day. `late` is the number of days by which the next file is
    overdue, or 0.
    """

    tool: str
    dataset: str
    imports: int
    expected: Rhythm
    last: date
    days_ago: int
    late: int
    weeks: tuple[float | None, ...]


def sources(workspace: Workspace, today: date) -> tuple[SourceState, ...]:
    """Every kind of export whose imports count, the most overdue first."""
    with workspace.register.connect() as connection:
        records = [record for record in history(connection) if record.status == "applied"]
        spans = read_coverage(connection)
    return states(records, spans, today, workspace.zone)


def states(
    records: Iterable[ImportRecord], spans: Sequence[AppliedSpan], today: date, zone: tzinfo
) -> tuple[SourceState, ...]:
    """As `sources`, from what the ledger says; days are those of `zone`, as `today` is."""
    by_kind: dict[tuple[str, str], list[ImportRecord]] = defaultdict(list)
    for record in records:
        by_kind[record.tool, record.dataset].append(record)
    of_import: dict[int, list[AppliedSpan]] = defaultdict(list)
    for applied in spans:
        of_import[applied.import_id].append(applied)
    found = []
    for (tool, dataset), kind in by_kind.items():
        taken = {record.observed_at.replace(tzinfo=UTC).astimezone(zone).date() for record in kind}
        days = sorted({min(day, today) for day in taken})
        expected, limit = _rhythm(days)
        ago = (today - days[-1]).days
        told = [applied for record in kind for applied in of_import[record.id]]
        if dataset in ONCE:
            expected, limit = "once", 0
        found.append(
            SourceState(
                tool, dataset, len(kind), expected, days[-1], ago,
                max(0, ago - limit) if limit else 0, _weeks(told, today),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (-each.late, each.tool, each.dataset)))


#: Datasets that say what is, not what happened: they come when something changes.
ONCE = frozenset({"identities", "rates", "qualifying_usage", "skill_needs", "products", "features",
                  "squads", "people", "assignments", "memberships", "ownerships", "names",
                  "squad_rates", "targets"})  # fmt: skip


def _rhythm(days: Sequence[date]) -> tuple[Rhythm, int]:
    """The rhythm that most of the distances between files show, and the days until one is late."""
    if len(days) < FEWEST:
        return "irregular", 0
    apart = median((after - before).days for before, after in pairwise(days))
    for name, least, most, limit in RHYTHMS:
        if least <= apart <= most:
            return name, limit
    return "irregular", 0


def _weeks(spans: Sequence[AppliedSpan], today: date) -> tuple[float | None, ...]:
    """The share of known days of each of the last weeks, over what the spans ever tell of."""
    monday = today - timedelta(today.weekday())
    first = monday - timedelta(7 * (WEEKS_SHOWN - 1))
    known: set[date] = set()
    began = min((applied.span.start for applied in spans), default=None)
    until = max((applied.span.end for applied in spans), default=first)
    for applied in spans:
        start, end = max(applied.span.start, first), min(applied.span.end, today)
        known.update(start + timedelta(n) for n in range((end - start).days + 1))
    shares: list[float | None] = []
    for number in range(WEEKS_SHOWN):
        days = [first + timedelta(7 * number + n) for n in range(7)]
        days = [day for day in days if day <= today]
        if began is None or days[-1] < began or days[0] > until:
            shares.append(None)
        else:
            shares.append(round(sum(day in known for day in days) / len(days), 4))
    return tuple(shares)
