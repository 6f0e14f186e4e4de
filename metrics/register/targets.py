"""Targets and budget: what a KPI should be in a period, who said so, and what was said before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from metrics.access import Viewer, may_see, visible_scope_kinds
from metrics.catalogue.kpi import Catalogue
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


class Held(NamedTuple):
    """What at most one target or budget holds for."""

    kpi: str
    scope: Scope
    period: str
    kind: str = "target"


def set_target(
    connection: sa.Connection,
    viewer: Viewer,
    catalogue: Catalogue,
    *,
    kpi: str,
    scope: Scope,
    period: str,
    value: float,
    kind: str = "target",
    seen: Mapping[Held, SetTarget] | None = None,
    at: datetime | None = None,
) -> SetTarget:
    """Set a target in the caller's transaction; what held before is kept beside it.

    `seen` is what held when the writer looked (None: whatever did). Raises VigieError when another
    value holds since, and for a KPI that the catalogue does not have, another kind than target and
    budget, a period that is neither a quarter, a month nor a week, and a scope that `viewer` may
    not see.
    """
    name = catalogue[kpi].name
    if kind not in KINDS:
        raise unknown("kind of target", kind, KINDS)
    if not PERIOD.fullmatch(period):
        raise VigieError(
            "'{period}' is not a period.",
            values={"period": period},
            choices=("2026-Q4", "2026-11", "2026-W46"),
            exit_code=2,
        )
    if not may_see(viewer, scope.kind):
        raise VigieError(f"{viewer.person} may not set a target for a {scope.kind}.")
    if seen is not None:
        place = Held(name, scope, period, kind)
        now = targets_held(connection, viewer, kpis=[name], scopes=[scope])
        if now.get(place) != seen.get(place):
            raise VigieError(
                "Another value was set for {period} meanwhile.",
                values={"period": period},
                next_step="Look at what holds now, and set yours if it is still right.",
            )
    moment = at or datetime.now(UTC).replace(tzinfo=None)
    row = {
        "kpi": name, "scope_kind": scope.kind, "scope": scope.key, "period": period,
        "kind": kind, "value": value, "set_by": viewer.person,
    }  # fmt: skip
    write_rows(connection, "targets", [row], None, moment)
    return SetTarget(name, scope, period, kind, value, viewer.person, moment)


def from_percent(number: float) -> float:
    """A rate as it is kept, from how people write it: 45 % is 0.45, and not 0.45000000000000001."""
    return float(Decimal(str(number)) / 100)


def targets_held(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
) -> dict[Held, SetTarget]:
    """The targets and budgets that hold now and that `viewer` may see, in one query."""
    query = _said(viewer)
    if kpis is not None:
        query = query.where(targets.c.kpi.in_(list(kpis)))
    if scopes is not None:
        places = [tuple(scope) for scope in scopes]
        query = query.where(sa.tuple_(targets.c.scope_kind, targets.c.scope).in_(places))
    said = map(_target, connection.execute(query))
    return {Held(each.kpi, each.scope, each.period, each.kind): each for each in said}


def said_before(
    connection: sa.Connection, viewer: Viewer, kpi: str, scope: Scope
) -> list[SetTarget]:
    """Every target and budget ever set for a KPI and scope, oldest first; those of undone imports
    are not."""
    query = _said(viewer).where(
        targets.c.kpi == kpi, targets.c.scope_kind == scope.kind, targets.c.scope == scope.key
    )
    return [_target(row) for row in connection.execute(query)]


def _said(viewer: Viewer) -> sa.Select[Any]:
    """All that was ever set and that `viewer` may see, oldest first."""
    return (
        sa.select(targets)
        .select_from(targets.outerjoin(imports, imports.c.id == targets.c.import_id))
        .where(
            targets.c.scope_kind.in_(visible_scope_kinds(viewer)),
            sa.or_(targets.c.import_id.is_(None), imports.c.status == "applied"),
        )
        .order_by(targets.c.observed_at, targets.c.id)
    )


def _target(row: sa.Row[Any]) -> SetTarget:
    return SetTarget(
        row.kpi, Scope(row.scope_kind, row.scope), row.period, row.kind, row.value,
        row.set_by, row.observed_at,
    )  # fmt: skip
