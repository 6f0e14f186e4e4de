"""What the other parts of an export make known once one of them is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from metrics.importing import coverage as covering
from metrics.importing.comparison import day_counts
from metrics.importing.dataset import DATASETS
from metrics.importing.known_days import added, outside, strays_of
from metrics.importing.report import CoverageSpan, ImportOptions
from metrics.importing.session import Session
from metrics.importing.stray_days import without
from metrics.organisation import Organisation
from metrics.workspace import Workspace

EVENTS = DATASETS["events"]
Known = Mapping[int, Sequence[CoverageSpan]]  # by import


@dataclass(frozen=True)
class _Part:
    import_id: int
    tool: str
    observed_day: date
    stated: bool


def parts_of(connection: duckdb.DuckDBPyConnection, import_id: int) -> tuple[int, ...]:
    """The imports that count as further parts of the export that an import of events is one of."""
    found = connection.execute(
        "select other.import_id from exports as one "
        "join exports as other on other.dataset = one.dataset and other.source = one.source "
        "and other.arrived_at = one.arrived_at and other.import_id <> one.import_id "
        "and coalesce(other.origin = one.origin, true) "
        "where one.import_id = $id and one.dataset = 'events' and not exists ("
        "select 1 from same_exports as s where (s.import_id = one.import_id "
        "and s.other_id = other.import_id) or (s.import_id = other.import_id "
        "and s.other_id = one.import_id)) order by other.import_id",
        {"id": import_id},
    ).fetchall()
    return tuple(number for (number,) in found)


def known_anew(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    left: Sequence[int],
    before: Known,
) -> dict[int, tuple[CoverageSpan, ...]]:
    """The days that the imports `left` make known without the part that is gone; those of their
    slices that only it spoke for are deleted. `before` is what all of them made known, with it.

    A day that they told together and that the rest does not tell whole is known no more. The last
    day of files that do not say when they were taken is left out where only the part that is gone,
    which reached further, told that it was over.
    """
    known = {pair for spans in before.values() for pair in covering.days_of(spans)}
    furthest = max((day for _, day in known), default=date.min)
    gone = max(set(before) - set(left))
    told_before = {
        pair for number in left if number < gone for pair in covering.days_of(before[number])
    }
    anew: dict[int, tuple[CoverageSpan, ...]] = {}
    for import_id in left:
        group = (import_id, *parts_of(connection, import_id))
        part = _part(connection, workspace, import_id)
        own = day_counts(connection, EVENTS, import_id)
        counts: covering.Counts = own
        for other in group[1:]:
            counts = added(counts, day_counts(connection, EVENTS, other))
        session = _session(connection, workspace, import_id)
        counts = without(counts, strays_of(session, EVENTS, counts))
        told = covering.of_events(
            part.tool,
            counts,
            part.observed_day,
            part.stated,
            date.max,
            outside(session, counts, group),
        )
        last = max((day for days in counts.values() for day in days), default=date.min)
        open_end = not part.stated and last < furthest
        days = {
            (stream, day)
            for stream, day in covering.days_of(told.spans) & known
            if not (open_end and day == last and (stream, day) not in told_before)
        }
        anew[import_id] = covering.spans_of(EVENTS.name, part.tool, days)
        _delete_slices(connection, import_id, own, days)
    return anew


def _part(connection: duckdb.DuckDBPyConnection, workspace: Workspace, import_id: int) -> _Part:
    [(tool, at, stated)] = connection.execute(
        "select i.source, i.observed_at, e.ordered_at <> e.arrived_at "
        "from imports as i join exports as e on e.import_id = i.import_id where i.import_id = ?",
        [import_id],
    ).fetchall()
    return _Part(import_id, tool, _session(connection, workspace, import_id).local_day(at), stated)


def _session(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, import_id: int
) -> Session:
    [(arrived_at,)] = connection.execute(
        "select arrived_at from exports where import_id = ?", [import_id]
    ).fetchall()
    return Session(
        connection, workspace, ImportOptions(), Organisation(), lambda *_: (), "", import_id,
        lambda stage, done: None, arrived_at,
    )  # fmt: skip


def _delete_slices(
    connection: duckdb.DuckDBPyConnection,
    import_id: int,
    own: covering.Counts,
    known: set[tuple[str, date]],
) -> None:
    """Keep of an import's slices those that have rows or are known without any."""
    kept = sorted(known | {(stream, day) for stream, days in own.items() for day in days})
    connection.execute(
        "delete from slices where import_id = ? and not list_contains("
        "list_zip(?::varchar[], ?::date[]), row(stream, day))",
        [import_id, [stream for stream, _ in kept], [day for _, day in kept]],
    )
