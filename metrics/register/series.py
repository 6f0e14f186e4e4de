"""Published figures and signals as readers see them: one viewer, one publication, one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from metrics.access import Viewer, visible_scope_kinds
from metrics.register.tables import figures, publications, restatements, series, signals, state
from metrics.result import Figure, Scope

_KEY = (
    series.c.kpi,
    series.c.scope_kind,
    series.c.scope,
    series.c.grain,
    series.c.dimension,
    series.c.member,
)
_FIGURE = (
    figures.c.period,
    figures.c.start,
    figures.c.end,
    figures.c.value,
    figures.c.numerator,
    figures.c.denominator,
    figures.c.n,
    figures.c.low,
    figures.c.high,
    figures.c.closed,
    figures.c.reason,
    figures.c.members,
)
_SIGNAL = (
    signals.c.start,
    signals.c.rule,
    signals.c.direction,
    signals.c.centre,
    signals.c.lower,
    signals.c.upper,
    signals.c.provisional,
)
_NUMBERS = ("value", "numerator", "denominator", "n", "low", "high")


@dataclass(frozen=True)
class Publication:
    """What is current: its number, the warehouse version it was computed from, and when."""

    id: int
    warehouse_version: int
    finished_at: datetime | None  # UTC; None while nothing has ever been published


@dataclass(frozen=True)
class Restatement:
    """A closed figure that changed after it had settled, with what made it change."""

    kpi: str
    scope: Scope
    grain: str
    dimension: str
    member: str
    start: date
    old: float | None
    new: float | None
    cause: str
    cause_detail: str
    publication: int


def current_publication(connection: sa.Connection) -> Publication:
    """The publication that readers see now; number 0 while there is none.

    Pass its `id` to several reads that must agree: published rows of an older publication stay.
    """
    row = connection.execute(
        sa.select(
            state.c.publication_id, state.c.warehouse_version, publications.c.finished_at
        ).select_from(state.outerjoin(publications, publications.c.id == state.c.publication_id))
    ).one()
    return Publication(row.publication_id, row.warehouse_version, row.finished_at)


def read_figures(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    grains: Iterable[str] | None = None,
    dimensions: Iterable[str] | None = ("",),
    since: date | None = None,
    until: date | None = None,
    publication: int | None = None,
) -> list[Figure]:
    """The figures that `viewer` may see, ordered by KPI, scope, grain, dimension, member, start.

    `since` and `until` bound the first day of a period, both inclusive. `dimensions` holds the
    names of the cuts wanted: only whole figures by default, all of them when None. Without
    `publication` the current one is read, in the same statement, so one call never mixes two.
    """
    query = _query(
        figures, _FIGURE, viewer, kpis, scopes, grains, dimensions, since, until, publication
    )
    return [
        Figure(
            kpi=row[0],
            scope=Scope(row[1], row[2]),
            grain=row[3],
            dimension=row[4],
            member=row[5],
            period=row[6],
            start=row[7],
            end=row[8],
            value=row[9],
            numerator=row[10],
            denominator=row[11],
            n=row[12],
            low=row[13],
            high=row[14],
            closed=row[15],
            reason=row[16],
            members=row[17],
        )
        for row in connection.execute(query)
    ]


def read_frame(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    grains: Iterable[str] | None = None,
    dimensions: Iterable[str] | None = ("",),
    since: date | None = None,
    until: date | None = None,
    publication: int | None = None,
) -> pd.DataFrame:
    """The same as `read_figures` as a frame, one row per figure.

    Columns: kpi, scope_kind, scope, grain, dimension, member, period, start, end (datetime64),
    value, numerator, denominator, n, low, high (float64, NaN when absent), closed (bool), reason
    (None when there is none), members.
    """
    query = _query(
        figures, _FIGURE, viewer, kpis, scopes, grains, dimensions, since, until, publication
    )
    return _frame(connection, query)


def read_signals(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    grains: Iterable[str] | None = None,
    dimensions: Iterable[str] | None = ("",),
    since: date | None = None,
    until: date | None = None,
    publication: int | None = None,
) -> pd.DataFrame:
    """Published signals, with the limits they were judged on, as a frame.

    Columns: kpi, scope_kind, scope, grain, dimension, member, start (datetime64), rule, direction,
    centre, lower, upper, provisional.
    """
    query = _query(
        signals, _SIGNAL, viewer, kpis, scopes, grains, dimensions, since, until, publication
    )
    return _frame(connection, query)


def read_restatements(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    publication: int | None = None,
) -> list[Restatement]:
    """Restatements up to the publication read, newest first."""
    query = (
        sa.select(
            *_KEY,
            restatements.c.start,
            restatements.c.old,
            restatements.c.new,
            restatements.c.cause,
            restatements.c.cause_detail,
            restatements.c.publication_id,
        )
        .join_from(restatements, series)
        .where(
            restatements.c.publication_id <= _publication(publication),
            *_wanted(viewer, kpis, scopes, None, None),
        )
        .order_by(restatements.c.publication_id.desc(), *_KEY, restatements.c.start)
    )
    return [
        Restatement(row[0], Scope(row[1], row[2]), *tuple(row)[3:])
        for row in connection.execute(query)
    ]


def _publication(number: int | None) -> sa.ColumnElement[int]:
    if number is None:
        return sa.select(state.c.publication_id).scalar_subquery()
    return sa.literal(number)


def visible_at(table: sa.Table, publication: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a versioned row (figure or signal) is seen by readers of a publication."""
    return sa.and_(
        table.c.from_publication <= publication,
        sa.or_(table.c.to_publication.is_(None), table.c.to_publication > publication),
    )


def _wanted(
    viewer: Viewer,
    kpis: Iterable[str] | None,
    scopes: Iterable[Scope] | None,
    grains: Iterable[str] | None,
    dimensions: Iterable[str] | None,
) -> list[sa.ColumnElement[bool]]:
    """The conditions on a series, the viewer's scope kinds first."""
    conditions: list[sa.ColumnElement[bool]] = [
        series.c.scope_kind.in_(visible_scope_kinds(viewer))
    ]
    if kpis is not None:
        conditions.append(series.c.kpi.in_(list(kpis)))
    if scopes is not None:
        pairs = [(scope.kind, scope.key) for scope in scopes]
        conditions.append(sa.tuple_(series.c.scope_kind, series.c.scope).in_(pairs))
    if grains is not None:
        conditions.append(series.c.grain.in_([str(grain) for grain in grains]))
    if dimensions is not None:
        conditions.append(series.c.dimension.in_(list(dimensions)))
    return conditions


def _query(
    table: sa.Table,
    columns: tuple[sa.Column[Any], ...],
    viewer: Viewer,
    kpis: Iterable[str] | None,
    scopes: Iterable[Scope] | None,
    grains: Iterable[str] | None,
    dimensions: Iterable[str] | None,
    since: date | None,
    until: date | None,
    publication: int | None,
) -> sa.Select[*tuple[Any, ...]]:
    query = (
        sa.select(*_KEY, *columns)
        .join_from(series, table, table.c.series_id == series.c.id)
        .where(
            *_wanted(viewer, kpis, scopes, grains, dimensions),
            visible_at(table, _publication(publication)),
        )
        .order_by(*_KEY, table.c.start)
    )
    if since is not None:
        query = query.where(table.c.start >= since)
    if until is not None:
        query = query.where(table.c.start <= until)
    return query


def _frame(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> pd.DataFrame:
    result = connection.execute(query)
    names = list(result.keys())
    columns = list(zip(*result.fetchall(), strict=True)) or [()] * len(names)
    frame = pd.DataFrame(
        {
            name: pd.Series(values, dtype="float64" if name in _NUMBERS else "object")
            for name, values in zip(names, columns, strict=True)
        }
    )
    for name in ("start", "end"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name])
    for name in ("centre", "lower", "upper"):
        if name in frame:
            frame[name] = frame[name].astype("float64")
    for name in ("closed", "provisional"):
        if name in frame:
            frame[name] = frame[name].astype("bool")
    for name in ("rule", "direction"):
        if name in frame:
            frame[name] = frame[name].astype("int64")
    return frame
