"""What a meeting is held on beside figures: what was promised, what is decided, what is said of it.

Read live from the register, never from a publication: what is decided in a meeting shows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from metrics.access import Viewer
from metrics.calendar import Period
from metrics.catalogue.kpi import Catalogue
from metrics.definitions import catalogue_of
from metrics.effect import Effect, effect_of
from metrics.pages.alike import Alike, alike
from metrics.register import tables, targets
from metrics.register.decisions import (
    ACTION,
    OPEN,
    Decision,
    all_decisions,
    history,
    open_decisions,
)
from metrics.register.remarks import Comment, Mute, TakenBack, muted, read_comments, said_before
from metrics.register.series import read_figures
from metrics.register.targets import SetTarget
from metrics.result import Scope
from metrics.workspace import Workspace

Said = TypeVar("Said")

#: Tables whose rows a page shows beside published figures.
SPOKEN = (
    tables.decisions, tables.comments, tables.mutes, tables.chart_annotations,
    tables.review_choices, tables.targets,
)  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """A decision or action, how late it is, and what its KPI did since it was taken."""

    decision: Decision
    days_late: int  # since the day it was to come back; negative while that is to come
    effect: Effect | None  # None for an action, and for what is about no KPI


@dataclass(frozen=True)
class Agenda:
    """What was promised and what is said, for one week's review.

    `taken`, `closed` and `comments` are of the meeting: since the reviewed week ended, and before
    the next one did unless the week is the latest.
    """

    today: date
    due: tuple[Promise, ...]  # those that come back by today, the longest due first
    later: tuple[Promise, ...]  # the other open ones, the next to come back first
    taken: tuple[Decision, ...]  # oldest first
    closed: tuple[Decision, ...]
    comments: tuple[Comment, ...]
    mutes: tuple[Mute, ...]  # those that hold


def agenda(
    workspace: Workspace,
    viewer: Viewer,
    *,
    week: Period,
    latest: bool,
    scopes: Iterable[Scope] | None = None,
    today: date | None = None,
) -> Agenda:
    """What a review of a week (the latest one, or an earlier) at some scopes (None: all) begins and
    ends with."""
    zone = workspace.zone
    day = today or datetime.now(zone).date()
    since = _start_of(week.end + timedelta(1), zone)
    until = None if latest else _start_of(week.end + timedelta(8), zone)
    wanted = None if scopes is None else list(scopes)
    catalogue = catalogue_of(workspace)
    with workspace.register.connect() as connection:
        found = all_decisions(connection, viewer, scopes=wanted)
        promises = [
            _promise(connection, viewer, catalogue, each, day, zone)
            for each in found
            if each.status == OPEN
        ]
        due = [each for each in promises if each.days_late >= 0 and each.decision.review_on]
        later = [each for each in promises if each not in due]
        said = read_comments(connection, viewer, scopes=wanted)
        mutes = muted(connection, viewer, on=day)

    def in_meeting(moment: datetime | None) -> bool:
        return moment is not None and since <= moment and (until is None or moment < until)

    def comes_back(promise: Promise) -> tuple[date, int]:
        return promise.decision.review_on or date.max, promise.decision.id

    return Agenda(
        today=day,
        due=tuple(sorted(due, key=comes_back)),
        later=tuple(sorted(later, key=comes_back)),
        taken=tuple(reversed([each for each in found if in_meeting(each.decided_at)])),
        closed=tuple(
            each for each in reversed(found) if each.status != OPEN and in_meeting(each.changed_at)
        ),
        comments=tuple(
            each for each in said if each.period == week.key or in_meeting(each.written_at)
        ),
        mutes=tuple(each for each in mutes if wanted is None or each.scope in wanted),
    )


def likened(
    workspace: Workspace,
    viewer: Viewer,
    *,
    what: str,
    kpi: str,
    scope: Scope,
    but: int | None = None,
) -> tuple[Alike, ...]:
    """The open decisions that one about to be written is like; see `metrics.pages.alike`."""
    with workspace.register.connect() as connection:
        held = open_decisions(connection, viewer)
    return alike(what, kpi, scope, held, but=but)


def say(
    workspace: Workspace, viewer: Viewer, saying: Callable[..., Said], *place: Any, **words: Any
) -> Said:
    """Run one of the register's functions that write (`decide`, `close`, `comment`, `mute` …) in a
    short transaction of its own; raises what it raises, and nothing is then written."""
    with workspace.register.begin() as connection:
        return saying(connection, viewer, *place, **words)


def versions(workspace: Workspace, viewer: Viewer, number: int) -> list[Decision]:
    """Every version of a decision, the first one first; raises VigieError when there is none."""
    with workspace.register.connect() as connection:
        return history(connection, viewer, number)


def remarks_before(
    workspace: Workspace, viewer: Viewer, kind: str, kpi: str, scope: Scope
) -> list[TakenBack]:
    """The comments, annotations or mutes that were reworded or taken back, the latest first."""
    with workspace.register.connect() as connection:
        return said_before(connection, viewer, kind, kpi, scope)


def targets_before(workspace: Workspace, viewer: Viewer, kpi: str, scope: Scope) -> list[SetTarget]:
    """Every target and budget ever set for a KPI of a scope, the oldest first."""
    with workspace.register.connect() as connection:
        return targets.said_before(connection, viewer, kpi, scope)


def effect_since(
    connection: sa.Connection,
    viewer: Viewer,
    catalogue: Catalogue,
    decision: Decision,
    until: date,
    zone: ZoneInfo,
) -> Effect | None:
    """What the KPI of a decision did since the day of the company's on which it was taken, from
    published figures; None without a KPI, or one that is no longer defined."""
    if decision.kpi not in catalogue:
        return None
    kpi = catalogue[decision.kpi]
    figures = read_figures(
        connection, viewer, kpis=[kpi.name], scopes=[decision.scope], grains=[kpi.cadence]
    )
    taken = decision.decided_at.replace(tzinfo=UTC).astimezone(zone).date()
    return effect_of(figures, kpi, catalogue, taken, until)


def stamp(connection: sa.Connection) -> tuple[int, ...]:
    """Changes whenever anything that people say changes: part of what is kept of a page."""
    counts = [sa.select(sa.func.max(table.c.id)).scalar_subquery() for table in SPOKEN]
    counts += [
        sa.select(sa.func.count()).select_from(tables.decision_changes).scalar_subquery(),
        *(
            sa.select(sa.func.count(table.c.withdrawn_at)).scalar_subquery()
            for table in (tables.comments, tables.mutes, tables.chart_annotations)
        ),
    ]
    return tuple(number or 0 for number in connection.execute(sa.select(*counts)).one())


def _promise(
    connection: sa.Connection,
    viewer: Viewer,
    catalogue: Catalogue,
    decision: Decision,
    today: date,
    zone: ZoneInfo,
) -> Promise:
    late = (today - decision.review_on).days if decision.review_on else -1
    effect = None
    if decision.kind != ACTION and decision.kpi:
        effect = effect_since(connection, viewer, catalogue, decision, today, zone)
    return Promise(decision, late, effect)


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins, in the register's UTC without saying so."""
    return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
