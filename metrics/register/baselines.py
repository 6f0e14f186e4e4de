"""New baselines: level shifts that someone has acknowledged, and from which period on.

Figures from that period on are judged on what came since, with provisional limits until there are
points enough; those before it keep the limits they had.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa

from metrics.access import Viewer, may_see, visible_scope_kinds
from metrics.errors import VigieError
from metrics.register.tables import baselines
from metrics.result import Scope


@dataclass(frozen=True)
class Baseline:
    """One acknowledged shift; `since` is the first day of the first period of the new level."""

    id: int
    kpi: str
    scope: Scope
    since: date
    note: str
    acknowledged_at: datetime  # UTC
    acknowledged_by: str


def acknowledge(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpi: str,
    scope: Scope,
    since: date,
    note: str = "",
    at: datetime | None = None,
) -> Baseline:
    """Say, in the caller's transaction, that a KPI has had a new level since a period began.

    What was said of that period before is withdrawn. Figures are judged anew when they are next
    published. Raises VigieError for a scope that `viewer` may not see.
    """
    if not may_see(viewer, scope.kind):
        raise VigieError(f"{viewer.person} may not set a baseline for a {scope.kind}.")
    moment = at or datetime.now(UTC).replace(tzinfo=None)
    for held in acknowledged(connection, viewer, kpis=[kpi]):
        if (held.scope, held.since) == (scope, since):
            withdraw(connection, viewer, held.id, at=moment)
    number = connection.execute(
        sa.insert(baselines)
        .values(
            kpi=kpi,
            scope_kind=scope.kind,
            scope=scope.key,
            since=since,
            note=note.strip(),
            acknowledged_at=moment,
            acknowledged_by=viewer.person,
        )
        .returning(baselines.c.id)
    ).scalar_one()
    return Baseline(number, kpi, scope, since, note.strip(), moment, viewer.person)


def withdraw(
    connection: sa.Connection, viewer: Viewer, number: int, *, at: datetime | None = None
) -> None:
    """Take a baseline back; the row stays, with who took it back and when.

    Raises VigieError when no baseline of that number holds for this viewer.
    """
    held = acknowledged(connection, viewer)
    if number not in {each.id for each in held}:
        raise VigieError(
            f"No baseline {number} holds.",
            choices=[str(each.id) for each in held],
            next_step="'vigie baseline list' lists those that hold.",
        )
    connection.execute(
        sa.update(baselines)
        .where(baselines.c.id == number)
        .values(
            withdrawn_at=at or datetime.now(UTC).replace(tzinfo=None), withdrawn_by=viewer.person
        )
    )


def acknowledged(
    connection: sa.Connection, viewer: Viewer, *, kpis: Iterable[str] | None = None
) -> list[Baseline]:
    """The baselines that hold and that `viewer` may see, by KPI, scope and period."""
    query = (
        sa.select(baselines)
        .where(
            baselines.c.withdrawn_at.is_(None),
            baselines.c.scope_kind.in_(visible_scope_kinds(viewer)),
        )
        .order_by(
            baselines.c.kpi, baselines.c.scope_kind, baselines.c.scope, baselines.c.since,
            baselines.c.id,
        )
    )  # fmt: skip
    if kpis is not None:
        query = query.where(baselines.c.kpi.in_(list(kpis)))
    return [
        Baseline(
            row.id, row.kpi, Scope(row.scope_kind, row.scope), row.since, row.note,
            row.acknowledged_at, row.acknowledged_by,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def shifts(connection: sa.Connection) -> dict[tuple[str, Scope], tuple[date, ...]]:
    """What publishing needs of all of them: the first days of new levels, by KPI and scope."""
    query = (
        sa.select(baselines.c.kpi, baselines.c.scope_kind, baselines.c.scope, baselines.c.since)
        .where(baselines.c.withdrawn_at.is_(None))
        .order_by(baselines.c.since)
    )
    found: dict[tuple[str, Scope], tuple[date, ...]] = {}
    for kpi, kind, scope, since in connection.execute(query):
        key = (kpi, Scope(kind, scope))
        found[key] = (*found.get(key, ()), since)
    return found
