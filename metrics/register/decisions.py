"""Decisions and actions: what was decided about a figure, by whom, and what became of it.

Nothing is overwritten: a change is a version of its own beside those before, with who made it and
when. Whoever changes a decision says which version they saw, so that of two people who change it
at once the second is told, and nothing of the first is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from metrics.access import Viewer, may_see, visible_scope_kinds
from metrics.errors import VigieError, unknown
from metrics.register.tables import decision_changes, decisions
from metrics.result import Scope

DECISION, ACTION = "decision", "action"
KINDS = (DECISION, ACTION)
OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True)
class Decision:
    """One decision, or one action, as it stands in one version.

    `review_on` is the day it comes back to the review (of an action: the day it is due); None:
    never. `expected` is the effect in words, `towards` where its KPI should go: +1 up, -1 down, 0
    nowhere in particular. Moments are UTC.
    """

    id: int
    kpi: str  # '' for the scope as a whole
    scope: Scope
    what: str
    why: str
    owner: str
    review_on: date | None
    decided_at: datetime
    decided_by: str
    kind: str = DECISION
    expected: str = ""
    towards: int = 0
    part_of: int | None = None  # the decision that an action carries out
    status: str = OPEN
    version: int = 1
    note: str = ""  # said with the latest change
    changed_at: datetime | None = None
    changed_by: str = ""


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
    kind: str = DECISION,
    expected: str = "",
    towards: int = 0,
    part_of: int | None = None,
    at: datetime | None = None,
) -> Decision:
    """Write a decision in the caller's transaction.

    Raises VigieError for an empty `what`, another kind, a scope that `viewer` may not see, or an
    action of a decision that there is not.
    """
    if kind not in KINDS:
        raise unknown("kind of decision", kind, KINDS)
    if not may_see(viewer, scope.kind):
        raise VigieError(f"{viewer.person} may not decide about a {scope.kind}.")
    if part_of is not None:
        decision(connection, viewer, part_of)
    row = {
        "kpi": kpi,
        "scope_kind": scope.kind,
        "scope": scope.key,
        "what": _words(what),
        "why": why.strip(),
        "owner": owner.strip(),
        "review_on": review_on,
        "decided_at": _moment(at),
        "decided_by": viewer.person,
        "kind": kind,
        "expected": expected.strip(),
        "towards": _side(towards),
        "part_of": part_of,
    }
    number = connection.execute(
        sa.insert(decisions).values(row).returning(decisions.c.id)
    ).scalar_one()
    return _first(number, row)


def change(
    connection: sa.Connection,
    viewer: Viewer,
    number: int,
    *,
    seen: int,
    note: str = "",
    at: datetime | None = None,
    **changed: Any,
) -> Decision:
    """Write a new version of a decision; `changed` are what, why, owner, review_on, expected,
    towards or status, and what is not given stays.

    `seen` is the version that the writer was looking at. Raises VigieError when someone has
    changed it since, for an empty `what`, and for a decision that `viewer` may not see.
    """
    held = decision(connection, viewer, number)
    if held.version != seen:
        raise _overtaken(held)
    if "what" in changed:
        changed["what"] = _words(changed["what"])
    if "towards" in changed:
        changed["towards"] = _side(changed["towards"])
    for name in ("why", "owner", "expected"):
        if name in changed:
            changed[name] = changed[name].strip()
    new = replace(
        held,
        **changed,
        version=seen + 1,
        note=note.strip(),
        changed_at=_moment(at),
        changed_by=viewer.person,
    )
    if new.status not in (OPEN, CLOSED):
        raise unknown("status", new.status, (OPEN, CLOSED))
    kept = [column.name for column in decision_changes.c if column.name != "decision_id"]
    row = {name: getattr(new, name) for name in kept} | {"decision_id": number}
    try:
        connection.execute(sa.insert(decision_changes).values(row))
    except sa.exc.IntegrityError as error:
        raise _overtaken(held) from error
    return new


def close(
    connection: sa.Connection,
    viewer: Viewer,
    number: int,
    *,
    seen: int,
    note: str = "",
    at: datetime | None = None,
) -> Decision:
    """Close a decision, or say that an action is done; see `change`."""
    return change(connection, viewer, number, seen=seen, note=note, at=at, status=CLOSED)


def reopen(
    connection: sa.Connection,
    viewer: Viewer,
    number: int,
    *,
    seen: int,
    note: str = "",
    at: datetime | None = None,
) -> Decision:
    """Open a closed decision again; see `change`."""
    return change(connection, viewer, number, seen=seen, note=note, at=at, status=OPEN)


def decision(connection: sa.Connection, viewer: Viewer, number: int) -> Decision:
    """One decision as it stands; raises VigieError when there is none that `viewer` may see."""
    known = {each.id: each for each in _latest(connection, viewer)}
    if number not in known:
        raise VigieError(f"There is no decision {number}.", choices=map(str, sorted(known)))
    return known[number]


def history(connection: sa.Connection, viewer: Viewer, number: int) -> list[Decision]:
    """Every version of one decision, the first one first; raises VigieError as `decision`."""
    decision(connection, viewer, number)
    first = connection.execute(sa.select(decisions).where(decisions.c.id == number)).one()
    found = [_first(number, first._mapping)]
    later = connection.execute(
        sa.select(decision_changes)
        .where(decision_changes.c.decision_id == number)
        .order_by(decision_changes.c.version)
    )
    return found + [_version(found[0], row._mapping) for row in later]


def all_decisions(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: str | None = None,
) -> list[Decision]:
    """Decisions and actions that `viewer` may see, open and closed, newest first, as they stand.

    `since` and `until` bound the moment at which they were taken (UTC).
    """
    conditions: list[sa.ColumnElement[bool]] = []
    if kpis is not None:
        conditions.append(decisions.c.kpi.in_(list(kpis)))
    if scopes is not None:
        pairs = [(scope.kind, scope.key) for scope in scopes]
        conditions.append(sa.tuple_(decisions.c.scope_kind, decisions.c.scope).in_(pairs))
    if since is not None:
        conditions.append(decisions.c.decided_at >= since)
    if until is not None:
        conditions.append(decisions.c.decided_at <= until)
    if kind is not None:
        conditions.append(decisions.c.kind == kind)
    return _latest(connection, viewer, conditions)


def open_decisions(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: str | None = DECISION,
) -> list[Decision]:
    """Those of `all_decisions` that are open; decisions alone unless another `kind` is asked for
    (None: both)."""
    found = all_decisions(
        connection, viewer, kpis=kpis, scopes=scopes, since=since, until=until, kind=kind
    )
    return [each for each in found if each.status == OPEN]


def _latest(
    connection: sa.Connection,
    viewer: Viewer,
    conditions: Sequence[sa.ColumnElement[bool]] = (),
) -> list[Decision]:
    query = (
        sa.select(decisions)
        .where(decisions.c.scope_kind.in_(visible_scope_kinds(viewer)), *conditions)
        .order_by(decisions.c.decided_at.desc(), decisions.c.id.desc())
    )
    first = [_first(row.id, row._mapping) for row in connection.execute(query)]
    newest = sa.select(
        decision_changes.c.decision_id, sa.func.max(decision_changes.c.version).label("version")
    ).group_by(decision_changes.c.decision_id)
    latest = newest.subquery()
    later = {
        row.decision_id: row._mapping
        for row in connection.execute(
            sa.select(decision_changes).join(
                latest,
                sa.and_(
                    decision_changes.c.decision_id == latest.c.decision_id,
                    decision_changes.c.version == latest.c.version,
                ),
            )
        )
    }
    return [_version(each, later[each.id]) if each.id in later else each for each in first]


def _first(number: int, row: Any) -> Decision:
    return Decision(
        id=number,
        kpi=row["kpi"],
        scope=Scope(row["scope_kind"], row["scope"]),
        what=row["what"],
        why=row["why"],
        owner=row["owner"],
        review_on=row["review_on"],
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        kind=row["kind"],
        expected=row["expected"],
        towards=row["towards"],
        part_of=row["part_of"],
    )


def _version(first: Decision, row: Any) -> Decision:
    names = [column.name for column in decision_changes.c if column.name != "decision_id"]
    return replace(first, **{name: row[name] for name in names})


def _words(what: str) -> str:
    if not what.strip():
        raise VigieError(
            "A decision needs words.", next_step="Say in a sentence what was decided.", exit_code=2
        )
    return what.strip()


def _side(towards: int) -> int:
    if towards not in (-1, 0, 1):
        raise unknown("expected direction", str(towards), ("1", "-1", "0"))
    return towards


def _moment(at: datetime | None) -> datetime:
    return at or datetime.now(UTC).replace(tzinfo=None)


def _overtaken(held: Decision) -> VigieError:
    by = "Decision {number} was changed meanwhile by {person}."
    return VigieError(
        by if held.changed_by else "Decision {number} was changed meanwhile.",
        values={"number": str(held.id), "person": held.changed_by or ""},
        next_step="Look at it again, then change what is still to be changed.",
    )
