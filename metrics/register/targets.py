"""Targets and budget: what a KPI should be in a period, who said so, and what was said before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from metrics.access import Viewer, may_see, visible_scope_kinds
from metrics.errors import VigieError, unknown
from metrics.register.organisation import write_rows
from metrics.register.tables import imports, targets
from metrics.result import Scope

KINDS = ("target", "budget")
PERIOD = re.compile(r"\d{4}-(Q[1-4]|W(0[1-9]|[1-4]\d|5[0-3])|0[1-9]|1[0-2])")


@dataclass(frozen=True)
class SetTarget:
    """One target as it was set; `set_by` is empty when a file did."""

    kpi: str
    scope: Scope
    period: str
    kind: str  # target, budget
    value: float
    set_by: str
    set_at: datetime  # UTC


def set_target(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpi: str,
    scope: Scope,
    period: str,
    value: float,
    kind: str = "target",
    at: datetime | None = None,
) -> SetTarget:
    """Set a target in the caller's transaction; what held before is kept beside it.

    Raises VigieError for another kind than target and budget, a period that is neither a quarter,
    a month nor a week, and a scope that `viewer` may not see.
    """
    if kind not in KINDS:
        raise unknown("kind of target", kind, KINDS)
    if not PERIOD.fullmatch(period):
        raise VigieError(
            f"'{period}' is not a period.", choices=("2026-Q4", "2026-11", "2026-W46"), exit_code=2
        )
    if not may_see(viewer, scope.kind):
        raise VigieError(f"{viewer.person} may not set a target for a {scope.kind}.")
    moment = at or datetime.now(UTC).replace(tzinfo=None)
    row = {
        "kpi": kpi, "scope_kind": scope.kind, "scope": scope.key, "period": period,
        "kind": kind, "value": value, "set_by": viewer.person,
    }  # fmt: skip
    write_rows(connection, "targets", [row], None, moment)
    return SetTarget(kpi, scope, period, kind, value, viewer.person, moment)


def targets_of(
    connection: sa.Connection, viewer: Viewer, kpi: str, scope: Scope, *, kind: str = "target"
) -> dict[str, SetTarget]:
    """The targets that hold now for a KPI and scope, by period."""
    return {held.period: held for held in said_before(connection, viewer, kpi, scope, kind=kind)}


def said_before(
    connection: sa.Connection, viewer: Viewer, kpi: str, scope: Scope, *, kind: str = "target"
) -> list[SetTarget]:
    """Every target ever set for a KPI and scope, oldest first; those of undone imports are not."""
    query = (
        sa.select(targets)
        .select_from(targets.outerjoin(imports, imports.c.id == targets.c.import_id))
        .where(
            targets.c.kpi == kpi,
            targets.c.scope_kind == scope.kind,
            targets.c.scope == scope.key,
            targets.c.kind == kind,
            targets.c.scope_kind.in_(visible_scope_kinds(viewer)),
            sa.or_(targets.c.import_id.is_(None), imports.c.status == "applied"),
        )
        .order_by(targets.c.observed_at, targets.c.id)
    )
    return [
        SetTarget(
            row.kpi, Scope(row.scope_kind, row.scope), row.period, row.kind, row.value,
            row.set_by, row.observed_at,
        )
        for row in connection.execute(query)
    ]  # fmt: skip
