"""Published figures and signals as readers see them: one viewer, one publication, one query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from metrics.access import Viewer
from metrics.register.selection import KEY, conditions_on, rows_of, series_keys, visible_at
from metrics.register.tables import figures, publications, series, signals, state
from metrics.result import Figure, Scope

_FIGURE = (
    figures.c.start,
    figures.c.period,
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
    signals.c.taken_out,
)


@dataclass(frozen=True)
class Publication:
    """What is current: its number, the warehouse version it was computed from, and when."""

    id: int
    warehouse_version: int
    finished_at: datetime | None  # UTC; None while nothing has ever been published


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
    of: Iterable[tuple[str, Scope]] | None = None,
    grains: Iterable[str] | None = None,
    dimensions: Iterable[str] | None = ("",),
    since: date | None = None,
    until: date | None = None,
    publication: int | None = None,
) -> list[Figure]:
    """The figures that `viewer` may see, ordered by KPI, scope, grain, dimension, member, start.

    `since` and `until` bound the first day of a period, both inclusive. `dimensions` holds the
    names of the cuts wanted: only whole figures by default, all of them when None; `of` the KPIs
    with the scope that each is wanted of. Without `publication` the current one is read, in the
    same statement, so one call never mixes two.
    """
    wanted = conditions_on(viewer, kpis, scopes, grains, dimensions)
    if of is not None:
        pairs = [(kpi, *scope) for kpi, scope in of]
        # The planner finds series by KPI, and would walk through all of them for pairs alone.
        wanted.append(series.c.kpi.in_({kpi for kpi, *_ in pairs}))
        wanted.append(sa.tuple_(series.c.kpi, series.c.scope_kind, series.c.scope).in_(pairs))
    number, keys = series_keys(connection, wanted, publication)
    if not keys:
        return []
    query = rows_of(figures, _FIGURE, wanted, keys, since, until, number)
    order = {number: place for place, number in enumerate(sorted(keys, key=keys.__getitem__))}
    scopes_of = {number: Scope(key[1], key[2]) for number, key in keys.items()}
    rows = [row for row in connection.execute(query).all() if row[0] in order]
    rows.sort(key=lambda row: (order[row[0]], row[1]))
    return [
        Figure(
            kpi=keys[row[0]][0],
            scope=scopes_of[row[0]],
            grain=keys[row[0]][3],
            period=row[2],
            start=row[1],
            end=row[3],
            value=row[4],
            numerator=row[5],
            denominator=row[6],
            n=row[7],
            low=row[8],
            high=row[9],
            closed=row[10],
            reason=row[11],
            members=row[12],
            dimension=keys[row[0]][4],
            member=keys[row[0]][5],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Closing:
    """How many of a period's figures are closed with a value or not born then, and how many are of
    a part of their scope."""

    start: date
    figures: int
    closed: int
    in_part: int


def read_closings(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None,
    scope: Scope,
    grain: str,
    publication: int,
    unborn: str,
) -> list[Closing]:
    """How far each period of a scope is closed, counted over the whole figures of some KPIs, or of
    all when None; `unborn` is the reason of a period in which a KPI is not born."""
    wanted = conditions_on(viewer, kpis, [scope], [grain], ("",))
    known = figures.c.closed & (figures.c.value.is_not(None) | (figures.c.reason == unborn))
    counts = (
        sa.func.count(),
        sa.func.sum(sa.case((known, 1), else_=0)),
        sa.func.sum(
            sa.case((figures.c.reason.startswith("partial_members", autoescape=True), 1), else_=0)
        ),
    )
    query = (
        sa.select(figures.c.start, *counts)
        .where(
            figures.c.series_id.in_(sa.select(series.c.id).where(*wanted)),
            visible_at(figures, sa.literal(publication)),
        )
        .group_by(figures.c.start)
    )
    return [Closing(*row) for row in connection.execute(query)]


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

    Columns: kpi, scope_kind, scope, grain, dimension, member, start (datetime64), period, end,
    value, numerator, denominator, n, low, high (float64, NaN when absent), closed (bool), reason
    (None when there is none), members.
    """
    wanted = conditions_on(viewer, kpis, scopes, grains, dimensions)
    return _frame(connection, figures, _FIGURE, wanted, since, until, publication)


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
    centre, lower, upper, provisional, taken_out (season, trend, autocorrelation or steps, parted by
    commas; '' when nothing was).
    """
    wanted = conditions_on(viewer, kpis, scopes, grains, dimensions)
    return _frame(connection, signals, _SIGNAL, wanted, since, until, publication)


def read_judgements(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    grains: Iterable[str] | None = None,
    since: date | None = None,
    until: date | None = None,
    publication: int | None = None,
) -> Iterator[tuple[str, Scope, date, int, int, float, float, float, bool, str]]:
    """What `read_signals` reads of whole figures, row by row: KPI, scope, first day, rule,
    direction, centre, lower and upper limit, whether they are provisional, what was taken out."""
    wanted = conditions_on(viewer, kpis, scopes, grains, ("",))
    number, keys = series_keys(connection, wanted, publication)
    if not keys:
        return
    for row in connection.execute(rows_of(signals, _SIGNAL, wanted, keys, since, until, number)):
        if (key := keys.get(row[0])) is not None:
            kpi, kind, scope, *_ = key
            yield kpi, Scope(kind, scope), *tuple(row)[1:]


def _frame(
    connection: sa.Connection,
    table: sa.Table,
    columns: tuple[sa.Column[Any], ...],
    wanted: list[sa.ColumnElement[bool]],
    since: date | None,
    until: date | None,
    publication: int | None,
) -> pd.DataFrame:
    """Rows of a versioned table as a frame, each series a run of rows in order of `start`."""
    number, keys = series_keys(connection, wanted, publication)
    # Dates are read as the database writes them and converted once per distinct day.
    plain = tuple(
        sa.type_coerce(column, sa.String).label(column.name)
        if isinstance(column.type, sa.Date | sa.Boolean)
        else column
        for column in columns
    )
    rows = connection.execute(rows_of(table, plain, wanted, keys, since, until, number)).fetchall()
    values = list(zip(*rows, strict=True)) or [()] * (len(columns) + 1)
    order = sorted(keys, key=keys.__getitem__)
    ranks = {series_id: rank for rank, series_id in enumerate(order)}
    rank = pd.Series(values[0], dtype="int64").map(ranks)
    labels = pd.DataFrame(
        [keys[series_id] for series_id in order],
        columns=[column.name for column in KEY],
        dtype="object",
    )
    frame = labels.take(rank.to_numpy(dtype="int64")).reset_index(drop=True)
    for column, found in zip(columns, values[1:], strict=True):
        frame[column.name] = _typed(column, found)
    return frame.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def _typed(column: sa.Column[Any], values: tuple[Any, ...]) -> pd.Series[Any]:
    """One column's values with the type that readers are promised."""
    if isinstance(column.type, sa.Date):
        return pd.to_datetime(pd.Series(values, dtype="object")).astype("datetime64[s]")
    if isinstance(column.type, sa.Boolean):
        return pd.Series(values, dtype="bool")
    if isinstance(column.type, sa.Float) or column.nullable:
        return pd.Series(values, dtype="float64" if column.name != "reason" else "object")
    return pd.Series(values, dtype="object" if isinstance(column.type, sa.String) else "int64")
