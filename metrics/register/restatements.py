"""Closed figures that changed after they had settled, with what made them change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from metrics.access import Viewer
from metrics.register.selection import KEY, conditions_on
from metrics.register.tables import publications, restatements, series, state
from metrics.result import Scope


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
    at: datetime | None  # UTC


def read_restatements(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    grains: Iterable[str] | None = None,
    dimensions: Iterable[str] | None = None,
    since: date | None = None,
    publication: int | None = None,
) -> list[Restatement]:
    """Restatements up to the publication read, newest first, of periods that begin on `since` or
    later."""
    query = (
        sa.select(
            *KEY,
            restatements.c.start,
            restatements.c.old,
            restatements.c.new,
            restatements.c.cause,
            restatements.c.cause_detail,
            restatements.c.publication_id,
            publications.c.finished_at,
        )
        .join_from(restatements, series)
        .outerjoin(publications, publications.c.id == restatements.c.publication_id)
        .where(
            restatements.c.publication_id <= _publication(publication),
            *conditions_on(viewer, kpis, scopes, grains, dimensions),
            *([] if since is None else [restatements.c.start >= since]),
        )
        .order_by(restatements.c.publication_id.desc(), *KEY, restatements.c.start)
    )
    return [
        Restatement(row[0], Scope(row[1], row[2]), *tuple(row)[3:])
        for row in connection.execute(query)
    ]


def _publication(number: int | None) -> sa.ColumnElement[int]:
    if number is None:
        return sa.select(state.c.publication_id).scalar_subquery()
    return sa.literal(number)
