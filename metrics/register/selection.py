"""Which rows of a publication one viewer sees: the conditions of every reading."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from metrics.access import Viewer, visible_scope_kinds
from metrics.register.tables import series, state
from metrics.result import Scope

KEY = (
    series.c.kpi,
    series.c.scope_kind,
    series.c.scope,
    series.c.grain,
    series.c.dimension,
    series.c.member,
)

#: Series named by their ids in one statement.
MOST_NAMED = 1000


def visible_at(table: sa.Table, publication: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a versioned row (figure or signal) is seen by readers of a publication.

    The `+ 0` keeps the planner from walking every row through the publication indexes, which are
    there for the publisher, instead of going straight to the series wanted.
    """
    return sa.and_(
        table.c.from_publication + 0 <= publication,
        sa.or_(table.c.to_publication.is_(None), table.c.to_publication + 0 > publication),
    )


def conditions_on(
    viewer: Viewer,
    kpis: Iterable[str] | None,
    scopes: Iterable[Scope] | None,
    grains: Iterable[str] | None,
    dimensions: Iterable[str] | None,
) -> list[sa.ColumnElement[bool]]:
    """The conditions on a series, the viewer's scope kinds first."""
    visible: sa.ColumnElement[bool] = series.c.scope_kind.in_(visible_scope_kinds(viewer))
    if viewer.owners:
        own = sa.and_(series.c.scope_kind == "owner", series.c.scope.in_(viewer.owners))
        visible = sa.or_(visible, own)
    conditions: list[sa.ColumnElement[bool]] = [visible]
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


def series_keys(
    connection: sa.Connection, wanted: list[sa.ColumnElement[bool]], publication: int | None
) -> tuple[int, dict[int, tuple[str, ...]]]:
    """The publication to read, and the key columns of every series wanted, by series id."""
    number = publication
    if number is None:
        number = connection.execute(sa.select(state.c.publication_id)).scalar_one()
    rows = connection.execute(sa.select(series.c.id, *KEY).where(*wanted))
    return number, {row[0]: tuple(row)[1:] for row in rows}


def rows_of(
    table: sa.Table,
    columns: tuple[sa.ColumnElement[Any], ...],
    wanted: list[sa.ColumnElement[bool]],
    keys: Collection[int],
    since: date | None,
    until: date | None,
    publication: int,
) -> sa.Select[*tuple[Any, ...]]:
    """The rows of a versioned table that a publication's readers see of the series wanted, of which
    `keys` are the ids; ordered by series and start."""
    # A statement holds so many values only; of more series the database looks for the ids again.
    ids = list(keys) if len(keys) <= MOST_NAMED else sa.select(series.c.id).where(*wanted)
    query = (
        sa.select(table.c.series_id, *columns)
        .where(
            table.c.series_id.in_(ids),
            visible_at(table, sa.literal(publication)),
        )
        .order_by(table.c.series_id, table.c.start)
    )
    if since is not None:
        query = query.where(table.c.start >= since)
    if until is not None:
        query = query.where(table.c.start <= until)
    return query
