"""What people say of a KPI of a scope: comments, annotations of charts, and signals they mute.

Nothing is overwritten: a remark is withdrawn, and stays with who took it back and when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from metrics.access import Viewer, may_see, visible_scope_kinds
from metrics.errors import VigieError, unknown
from metrics.register.tables import chart_annotations, comments, mutes
from metrics.result import Scope

TABLES: dict[str, sa.Table] = {"comment": comments, "annotation": chart_annotations, "mute": mutes}
#: The column that holds what was said.
WORDS = {"comment": "text", "annotation": "text", "mute": "reason"}
#: What the register writes of a remark by itself.
WRITTEN = ("id", "written_at", "written_by")


@dataclass(frozen=True)
class Comment:
    """What someone says of a KPI (or, without one, of a scope) in a period (or any)."""

    id: int
    kpi: str
    scope: Scope
    period: str
    text: str
    said_by: str  # whose words they are; the writer's own when empty
    written_at: datetime  # UTC
    written_by: str


@dataclass(frozen=True)
class Annotation:
    """What happened on a day, for the charts of a KPI (or, without one, all of a scope's)."""

    id: int
    kpi: str
    scope: Scope
    day: date
    text: str
    written_at: datetime  # UTC
    written_by: str


@dataclass(frozen=True)
class Mute:
    """A KPI of a scope whose signals are not talked about up to and on the day `until`."""

    id: int
    kpi: str
    scope: Scope
    reason: str
    until: date
    written_at: datetime  # UTC
    written_by: str


@dataclass(frozen=True)
class TakenBack:
    """What was said before: by whom and when, and who took it back or reworded it, and when."""

    id: int
    text: str
    written_at: datetime  # UTC
    written_by: str
    withdrawn_at: datetime  # UTC
    withdrawn_by: str


def comment(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpi: str,
    scope: Scope,
    text: str,
    period: str = "",
    said_by: str = "",
    at: datetime | None = None,
) -> Comment:
    """Write a comment in the caller's transaction; raises VigieError for an empty one or a scope
    that `viewer` may not see."""
    said = _words(text, "comment")
    row = {"period": period, "text": said, "said_by": said_by.strip()}
    return Comment(**_write(connection, viewer, "comment", kpi, scope, row, at))


def annotate(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpi: str,
    scope: Scope,
    day: date,
    text: str,
    at: datetime | None = None,
) -> Annotation:
    """Write an annotation in the caller's transaction; raises VigieError as `comment`."""
    row = {"day": day, "text": _words(text, "annotation")}
    return Annotation(**_write(connection, viewer, "annotation", kpi, scope, row, at))


def mute(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpi: str,
    scope: Scope,
    reason: str,
    until: date,
    at: datetime | None = None,
) -> Mute:
    """Mute a KPI of a scope until a day, in the caller's transaction, in place of what was said of
    it before; raises VigieError as `comment`, and for a day that has passed."""
    moment = _moment(at)
    if until < moment.date() - timedelta(1):  # west of Greenwich that day may still be today
        raise VigieError(
            "{day} has passed.",
            values={"day": until.isoformat()},
            next_step="Mute until a day to come.",
            exit_code=2,
        )
    said = {"reason": _words(reason, "mute"), "until": until}
    for held in muted(connection, viewer, on=moment.date()):
        if (held.kpi, held.scope) == (kpi, scope):
            withdraw(connection, viewer, "mute", held.id, at=moment)
    return Mute(**_write(connection, viewer, "mute", kpi, scope, said, moment))


def withdraw(
    connection: sa.Connection, viewer: Viewer, kind: str, number: int, *, at: datetime | None = None
) -> None:
    """Take a comment, annotation or mute back; raises VigieError when there is none such."""
    if kind not in TABLES:
        raise unknown("kind of remark", kind, TABLES)
    table = TABLES[kind]
    done = connection.execute(
        sa.update(table)
        .where(
            table.c.id == number,
            table.c.withdrawn_at.is_(None),
            table.c.scope_kind.in_(visible_scope_kinds(viewer)),
        )
        .values(withdrawn_at=_moment(at), withdrawn_by=viewer.person)
    )
    if done.rowcount != 1:
        raise _gone(kind)


def reword(
    connection: sa.Connection,
    viewer: Viewer,
    kind: str,
    number: int,
    *,
    at: datetime | None = None,
    **changed: Any,
) -> Comment | Annotation | Mute:
    """Say a remark anew: the one before is taken back by `viewer`, and stays beside the new one.

    `changed` are fields of the kind (a comment's text and said_by, an annotation's day, text and
    kpi, a mute's reason and until); what is not given stays. Whose words a comment holds stays as
    well, whoever rewords it. Raises VigieError as `withdraw` and as the writing of the kind does.
    """
    moment = _moment(at)
    held = _held(connection, viewer, kind, number)
    said = {name: value for name, value in held.items() if name not in WRITTEN} | changed
    if kind == "comment" and not said["said_by"].strip():
        said["said_by"] = held["written_by"]
    withdraw(connection, viewer, kind, number, at=moment)
    return SAYING[kind](connection, viewer, at=moment, **said)


def said_before(
    connection: sa.Connection, viewer: Viewer, kind: str, kpi: str, scope: Scope
) -> list[TakenBack]:
    """The remarks of a kind about a KPI of a scope that were reworded or taken back, the latest
    such first."""
    table = TABLES[kind]
    rows = connection.execute(
        sa.select(table)
        .where(
            table.c.withdrawn_at.is_not(None),
            table.c.scope_kind.in_(visible_scope_kinds(viewer)),
            table.c.kpi == kpi,
            table.c.scope_kind == scope.kind,
            table.c.scope == scope.key,
        )
        .order_by(table.c.withdrawn_at.desc(), table.c.id.desc())
    )
    return [
        TakenBack(
            row.id, row._mapping[WORDS[kind]], row.written_at, row.written_by,
            row.withdrawn_at, row.withdrawn_by,
        )
        for row in rows
    ]  # fmt: skip


def read_comments(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    periods: Iterable[str] | None = None,
) -> list[Comment]:
    """Comments that `viewer` may see, oldest first."""
    wanted = _wanted(comments, viewer, kpis, scopes)
    if periods is not None:
        wanted.append(comments.c.period.in_(list(periods)))
    return [Comment(**row) for row in _read(connection, "comment", wanted, "written_at")]


def read_annotations(
    connection: sa.Connection,
    viewer: Viewer,
    *,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[Annotation]:
    """Annotations that `viewer` may see, by day."""
    wanted = _wanted(chart_annotations, viewer, kpis, scopes)
    if since is not None:
        wanted.append(chart_annotations.c.day >= since)
    if until is not None:
        wanted.append(chart_annotations.c.day <= until)
    return [Annotation(**row) for row in _read(connection, "annotation", wanted, "day")]


def muted(connection: sa.Connection, viewer: Viewer, *, on: date) -> list[Mute]:
    """The mutes that hold on a day and that `viewer` may see, oldest first."""
    wanted = [*_wanted(mutes, viewer, None, None), mutes.c.until >= on]
    return [Mute(**row) for row in _read(connection, "mute", wanted, "written_at")]


#: What writes a remark of each kind.
SAYING: dict[str, Callable[..., Comment | Annotation | Mute]] = {
    "comment": comment,
    "annotation": annotate,
    "mute": mute,
}


def _held(connection: sa.Connection, viewer: Viewer, kind: str, number: int) -> dict[str, Any]:
    """The fields of a remark that holds; raises VigieError when there is none such."""
    if kind not in TABLES:
        raise unknown("kind of remark", kind, TABLES)
    wanted = [*_wanted(TABLES[kind], viewer, None, None), TABLES[kind].c.id == number]
    found = _read(connection, kind, wanted, "id")
    if not found:
        raise _gone(kind)
    return found[0]


def _gone(kind: str) -> VigieError:
    return VigieError(
        "This {noun} no longer stands: it was changed or taken back meanwhile.",
        values={"noun": kind},
        next_step="Close this window and look again.",
    )


def _write(
    connection: sa.Connection,
    viewer: Viewer,
    kind: str,
    kpi: str,
    scope: Scope,
    said: Mapping[str, Any],
    at: datetime | None,
) -> dict[str, Any]:
    """Write a remark; gives its fields."""
    if not may_see(viewer, scope.kind):
        raise VigieError(f"{viewer.person} may not speak of a {scope.kind}.")
    table, moment = TABLES[kind], _moment(at)
    number = connection.execute(
        sa.insert(table)
        .values(
            kpi=kpi,
            scope_kind=scope.kind,
            scope=scope.key,
            written_at=moment,
            written_by=viewer.person,
            **said,
        )
        .returning(table.c.id)
    ).scalar_one()
    return {
        "id": number, "kpi": kpi, "scope": scope, "written_at": moment,
        "written_by": viewer.person, **said,
    }  # fmt: skip


def _wanted(
    table: sa.Table, viewer: Viewer, kpis: Iterable[str] | None, scopes: Iterable[Scope] | None
) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [
        table.c.withdrawn_at.is_(None),
        table.c.scope_kind.in_(visible_scope_kinds(viewer)),
    ]
    if kpis is not None:
        found.append(table.c.kpi.in_(list(kpis)))
    if scopes is not None:
        pairs = [(scope.kind, scope.key) for scope in scopes]
        found.append(sa.tuple_(table.c.scope_kind, table.c.scope).in_(pairs))
    return found


def _read(
    connection: sa.Connection, kind: str, wanted: list[sa.ColumnElement[bool]], order: str
) -> list[dict[str, Any]]:
    """The fields of the remarks wanted, in order."""
    table = TABLES[kind]
    left_out = ("scope_kind", "scope", "withdrawn_at", "withdrawn_by")
    names = [column.name for column in table.c if column.name not in left_out]
    rows = connection.execute(sa.select(table).where(*wanted).order_by(table.c[order], table.c.id))
    return [
        {name: row._mapping[name] for name in names} | {"scope": Scope(row.scope_kind, row.scope)}
        for row in rows
    ]


def _words(text: str, kind: str) -> str:
    if not text.strip():
        raise VigieError(
            "The {noun} needs words.",
            values={"noun": kind},
            next_step="Say it in a sentence.",
            exit_code=2,
        )
    return text.strip()


def _moment(at: datetime | None) -> datetime:
    return at or datetime.now(UTC).replace(tzinfo=None)
