"""How work flows through a squad, published as a document: the current sprint, what was finished
and how long it took, what is in progress and since when, and what has piled up.

The same models as the delivery KPIs read, so that the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlglot import exp

from metrics import pinning
from metrics.access import Viewer
from metrics.frames import document_row
from metrics.models import as_kept, inlined
from metrics.register.documents import read_documents
from metrics.result import Scope
from metrics.setting import Setting

FLOW = "flow"
FLOW_KPI = "cycle_time_p85"
#: Days looked back upon.
DAYS = 84
#: Items told one by one, the latest.
MOST_ITEMS = 400


@dataclass(frozen=True)
class Finished:
    """An item done; `cycle_days` is None where nobody knows when its work started."""

    item: str
    type: str
    day: date
    cycle_days: int | None


@dataclass(frozen=True)
class InProgress:
    """An item started and not finished on the last known day, and how many days it has been.

    `at_least`: nobody saw it begin; it was in progress on the first export that shows it.
    """

    item: str
    type: str
    since: date
    age: int
    blocked: bool
    at_least: bool = False


@dataclass(frozen=True)
class Pile:
    """Items at the end of a day: waiting, in progress, and finished since the first day shown."""

    day: date
    waiting: int
    doing: int
    done: int


@dataclass(frozen=True)
class CurrentSprint:
    """The sprint of the last known day, or the latest one that ended before.

    Points; items without points count one. `committed` is None when no export shows what was
    committed, and with it what of it is done and what came and went since.
    `for_objectives` is None while no initiative of the squad is known.
    """

    name: str
    start: date
    end: date
    goal: str | None
    goal_met: bool | None
    committed: float | None
    kept: float | None
    added: float | None
    removed: float | None
    done: float
    for_objectives: float | None


@dataclass(frozen=True)
class Flow:
    """A squad's work until the last day known of it."""

    until: date
    sprint: CurrentSprint | None
    finished: tuple[Finished, ...]
    in_progress: tuple[InProgress, ...]
    piles: tuple[Pile, ...]


_FLOW = TypeAdapter(Flow)


def flow_frames(connection: duckdb.DuckDBPyConnection, setting: Setting) -> Iterator[pd.DataFrame]:
    """The documents of all squads of which work items are known."""
    if FLOW_KPI not in setting.catalogue:
        return
    kpi = setting.catalogue[FLOW_KPI]
    facts = _Facts(connection, setting)
    rows = []
    for squad in setting.organisation.squads:
        days = setting.coverage.days("work_items", "squad", squad.squad)
        if days is None or setting.coverage.first is None or not days.any():
            continue
        until = setting.coverage.first + timedelta(int(days.nonzero()[0][-1]))
        body = _FLOW.dump_json(facts.flow(squad.squad, until)).decode()
        rows.append(
            document_row(
                kpi, Scope("squad", squad.squad), kpi.cadence, FLOW, until - timedelta(DAYS), body
            )
        )
    if rows:
        yield pd.DataFrame(rows)


class _Facts:
    """The rows behind every squad's flow, each model read once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, setting: Setting) -> None:
        models = as_kept(connection, setting.models)
        self._setting = setting

        def read(name: str) -> dict[str, pd.DataFrame]:
            query = exp.select("*").from_(name)
            rows = connection.execute(pinning.render(inlined(query, models))).df()
            return {str(squad): own for squad, own in rows.groupby("squad")}

        self._finished = read("finished_items")
        self._started = read("work_in_progress")
        self._states = read("item_states")
        self._blocked = read("blocked_items")
        self._committed = read("sprint_commitments")
        self._changes = read("sprint_changes")
        self._points = read("sprint_points")
        self._sprints = read("squad_sprints")

    def flow(self, squad: str, until: date) -> Flow:
        since = pd.Timestamp(until - timedelta(DAYS - 1))
        last = pd.Timestamp(until)
        return Flow(
            until,
            self._sprint(squad, last),
            self._done(squad, since, last),
            self._doing(squad, last),
            self._piles(squad, since, last),
        )

    def _done(self, squad: str, since: pd.Timestamp, last: pd.Timestamp) -> tuple[Finished, ...]:
        rows = self._finished.get(squad)
        if rows is None:
            return ()
        shown = rows[rows["day"].between(since, last)].sort_values(["day", "item_id"])
        return tuple(
            Finished(item, str(kind), day.date(), None if pd.isna(cycle) else int(cycle))
            for item, kind, day, cycle in shown[["item_id", "type", "day", "cycle_days"]]
            .tail(MOST_ITEMS)
            .itertuples(index=False, name=None)
        )

    def _doing(self, squad: str, last: pd.Timestamp) -> tuple[InProgress, ...]:
        rows = self._started.get(squad)
        if rows is None:
            return ()
        open_ = rows[
            (rows["start_day"] <= last) & (rows["end_day"].isna() | (rows["end_day"] > last))
        ]
        waits = self._blocked.get(squad)
        blocked: set[str] = set()
        if waits is not None:
            now = waits[(waits["start_day"] <= last) & (waits["end_day"] > last)]
            blocked = set(now["item_id"])
        shown = open_.sort_values(["start_day", "item_id"])
        return tuple(
            InProgress(
                item, str(kind), start.date(), (last - start).days, item in blocked, pd.isna(begun)
            )
            for item, kind, start, begun in shown[["item_id", "type", "start_day", "begun_day"]]
            .head(MOST_ITEMS)
            .itertuples(index=False, name=None)
        )

    def _piles(self, squad: str, since: pd.Timestamp, last: pd.Timestamp) -> tuple[Pile, ...]:
        rows = self._states.get(squad)
        if rows is None:
            return ()
        days = pd.date_range(since, last).to_numpy()
        starts = rows["start_day"].to_numpy(dtype="datetime64[ns]")
        ends = rows["end_day"].to_numpy(dtype="datetime64[ns]")
        counts = {}
        for category in ("todo", "doing", "done"):
            own = (rows["status_category"] == category).to_numpy()
            begun = np.sort(starts[own])
            over = np.sort(ends[own][~np.isnat(ends[own])])
            counts[category] = np.searchsorted(begun, days, "right") - np.searchsorted(
                over, days, "right"
            )
        before = int(counts["done"][0])
        return tuple(
            Pile(pd.Timestamp(day).date(), int(todo), int(doing), int(done) - before)
            for day, todo, doing, done in zip(
                days, counts["todo"], counts["doing"], counts["done"], strict=True
            )
        )

    def _sprint(self, squad: str, last: pd.Timestamp) -> CurrentSprint | None:
        rows = self._sprints.get(squad)
        if rows is None:
            return None
        begun = rows[rows["start_day"] <= last].sort_values(["start_day", "sprint"])
        if not len(begun):
            return None
        sprint = begun.iloc[-1]
        name = str(sprint["sprint"])

        def own(found: dict[str, pd.DataFrame]) -> pd.DataFrame | None:
            of_squad = found.get(squad)
            return None if of_squad is None else of_squad[of_squad["sprint"] == name]

        committed, changes, points = own(self._committed), own(self._changes), own(self._points)
        known = committed is not None and len(committed) > 0
        return CurrentSprint(
            name,
            sprint["start_day"].date(),
            sprint["end_day"].date(),
            sprint["goal"] if isinstance(sprint["goal"], str) else None,
            None if pd.isna(sprint["goal_met"]) else bool(sprint["goal_met"]),
            _sum(committed, "points") if known else None,
            _sum(committed, "points_done") if known else None,
            _sum(_of_change(changes, "added"), "points") if known else None,
            _sum(_of_change(changes, "removed"), "points") if known else None,
            _sum(points, "points"),
            _sum(points, "points_for_objectives") if self._has_initiatives(squad) else None,
        )

    def _has_initiatives(self, squad: str) -> bool:
        return self._setting.coverage.days("initiatives", "squad", squad) is not None


def _of_change(changes: pd.DataFrame | None, change: str) -> pd.DataFrame | None:
    return None if changes is None else changes[changes["change"] == change]


def _sum(rows: pd.DataFrame | None, column: str) -> float:
    return 0.0 if rows is None else float(rows[column].astype(float).sum())


def read_flow(connection: sa.Connection, viewer: Viewer, squad: str) -> Flow | None:
    """A squad's published flow; None where there is none, or the viewer may not see it."""
    found = read_documents(connection, viewer, FLOW, scopes=[Scope("squad", squad)])
    return _FLOW.validate_json(found[-1].body) if found else None
