"""Decisions: what was decided about a figure, by whom, and when it is looked at again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa

from metrics.access import Viewer, may_see, visible_scope_kinds
from metrics.errors import VigieError
from metrics.register.tables import decisions
from metrics.result import Scope


@dataclass(frozen=True)
class Decision:
    """One decision. `review_on` is the day it comes back to the review; None: never."""

    id: int
    kpi: str
    scope: Scope
    what: str
    why: str
    owner: str
    review_on: date | None
    decided_at: datetime  # UTC
    decided_by: str


def decide(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpi: str,
    scope: Scope,
    what: str,
    why: str = "",
    owner: str = "",
    review_on: date | None = None,
    at: datetime | None = None,
) -> Decision:
    """Write a decision in the caller's transaction.

    Raises VigieError for an empty `what` or a scope that `viewer` may not see.
    """
    if not what.strip():
        raise VigieError(
            "A decision needs words.", next_step="Say in a sentence what was decided.", exit_code=2
        )
    if not may_see(viewer, scope.kind):
        raise VigieError(f"{viewer.person} may not decide about a {scope.kind}.")
    decided_at = at or datetime.now(UTC).replace(tzinfo=None)
    number = connection.execute(
        sa.insert(decisions)
        .values(
            kpi=kpi,
            scope_kind=scope.kind,
            scope=scope.key,
            what=what.strip(),
            why=why.strip(),
            owner=owner,
            review_on=review_on,
            decided_at=decided_at,
            decided_by=viewer.person,
        )
        .returning(decisions.c.id)
    ).scalar_one()
    return Decision(
        number, kpi, scope, what.strip(), why.strip(), owner, review_on, decided_at, viewer.person
    )


def open_decisions(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Decision]:
    """Decisions that `viewer` may see, newest first; `since` and `until` bound their moment (UTC).

    Nothing closes a decision yet, so every one of them is open.
    """
    query = (
        sa.select(decisions)
        .where(decisions.c.scope_kind.in_(visible_scope_kinds(viewer)))
        .order_by(decisions.c.decided_at.desc(), decisions.c.id.desc())
    )
    if kpis is not None:
        query = query.where(decisions.c.kpi.in_(list(kpis)))
    if scopes is not None:
        pairs = [(scope.kind, scope.key) for scope in scopes]
        query = query.where(sa.tuple_(decisions.c.scope_kind, decisions.c.scope).in_(pairs))
    if since is not None:
        query = query.where(decisions.c.decided_at >= since)
    if until is not None:
        query = query.where(decisions.c.decided_at <= until)
    return [
        Decision(
            id=row.id,
            kpi=row.kpi,
            scope=Scope(row.scope_kind, row.scope),
            what=row.what,
            why=row.why,
            owner=row.owner,
            review_on=row.review_on,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
        )
        for row in connection.execute(query)
    ]
