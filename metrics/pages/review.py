"""The weekly review, read from the register for one viewer.

Pages show the dataclasses of `metrics.pages.review_facts` and `metrics.reading`; they compute
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from metrics.access import Viewer
from metrics.calendar import Grain, Period
from metrics.errors import unknown
from metrics.outlook import Outlook, outlooks
from metrics.pages.missing import missing_of
from metrics.pages.panel import Panel, open_panel
from metrics.pages.raised import subjects_of, without_muted
from metrics.pages.review_facts import Review
from metrics.pages.scorecard import rows_of
from metrics.reading import Reading
from metrics.result import Scope
from metrics.scopes import COMPANY, members_of
from metrics.subjects import belongs, telling
from metrics.workspace import Workspace

#: Products of which every review KPI's past is read.
FEW = 12


def weekly_review(
    workspace: Workspace,
    viewer: Viewer,
    *,
    week: str | None = None,
    scope: Scope = COMPANY,
    today: date | None = None,
) -> Review:
    """The review of one week (`2026-W46`; None: the latest closed one) at a scope and below.

    A signal that is muted today is told apart, and opens no subject.

    Raises VigieError for a week without figures or a scope that does not exist.
    """
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        products, squads = _below(panel, scope)
        review_names = {kpi.name for kpi in panel.review_kpis}
        kpis = list(panel.catalogue)
        others = [each for each in products if each != scope]
        few = len(products) <= FEW  # of many the past is read only where it is drawn
        readings = panel.readings(kpis, [scope, *others] if few else [scope], history=review_names)
        if not few:
            readings |= panel.readings(kpis, others, history=())
        readings = dict(sorted(readings.items(), key=lambda each: each[0][1] != scope))
        own = [kpi for kpi in kpis if kpi.member == "squad"]
        readings |= panel.readings(
            own, [each for each in squads if each != scope], history=review_names if few else ()
        )
        below = [
            r
            for r in readings.values()
            if r.scope == scope or belongs(panel.catalogue[r.kpi], r.scope)
        ]
        # Owners and lines raise no subject of their own: they would repeat their products'.
        raising = [r for r in below if r.scope.kind in ("company", "product", "squad")]
        day = today or datetime.now(workspace.zone).date()
        raising, hushed = without_muted(panel, raising, day)
        subjects = subjects_of(panel, raising, readings, products)
        unusual = telling(raising, panel.catalogue)
        headline = tuple(
            readings[kpi.name, scope] for kpi in panel.review_kpis if (kpi.name, scope) in readings
        )
        told = [r for subject in subjects for r in (subject.reading, *subject.also)]
        shown = {(r.kpi, r.scope) for r in told}
        return Review(
            week=panel.week,
            weeks=panel.weeks,
            scope=scope,
            freshness=panel.freshness,
            headline=headline,
            judged=len({r.kpi for r in below if _has_value(r)}),
            attention=len({r.kpi for r in told}),
            subjects=subjects,
            missing=missing_of(panel, [*products, *squads]),
            scorecard=rows_of(panel, products, readings),
            steady=tuple(
                r for r in below if r.status == "steady" and (r.kpi, r.scope) not in shown
            ),
            unusual=tuple(r for r in unusual if (r.kpi, r.scope) not in shown),
            muted=hushed,
            landing=_landing(workspace, panel, scope, headline) if week is None else None,
            waiting=_waiting(panel, day) if week is None else None,
        )


def _landing(
    workspace: Workspace, panel: Panel, scope: Scope, headline: Sequence[Reading]
) -> Outlook | None:
    """Where the first KPI of the headline of which it can be said will stand at the quarter's end.
    Only the latest week tells: what is forecast is the present."""
    told = [each.kpi for each in headline if _has_value(each)]
    found = outlooks(
        workspace, panel.viewer, catalogue=panel.catalogue, kpis=told, scopes=[scope],
        grains=[Grain.QUARTER],
    )  # fmt: skip
    return min(found, key=lambda each: told.index(each.kpi), default=None)


def _waiting(panel: Panel, today: date) -> Period | None:
    """The week that has ended by `today`, where the latest that has closed is an earlier one."""
    ended = panel.calendar.previous(panel.calendar.period(Grain.WEEK, today))
    return ended if ended.start > panel.week.start else None


def _below(panel: Panel, scope: Scope) -> tuple[list[Scope], list[Scope]]:
    """The products and squads that a review of `scope` looks at, in the organisation's order:
    those that had not ended before the week."""
    organisation, day = panel.organisation, panel.week.end
    known = {
        "product": [p.product for p in organisation.products],
        "squad": [s.squad for s in organisation.squads],
        "line": sorted({p.line for p in organisation.products if p.line}),
        "owner": sorted({f"{o.role}:{o.person}" for o in organisation.ownerships}),
        "company": [""],
    }
    if scope.kind not in known:
        raise unknown("kind of scope", scope.kind, list(known), "")
    if scope.key not in known[scope.kind]:
        raise unknown(scope.kind, scope.key, known[scope.kind], "")
    found = []
    for kind in ("product", "squad"):
        held = members_of(organisation, scope, kind, day)
        there = [
            Scope(kind, key)
            for key in known[kind]
            if key in held and not organisation.had_ended(kind, key, panel.week.start)
        ]
        found.append([scope] if scope.kind == kind else there)
    return found[0], found[1]


def _has_value(reading: Reading) -> bool:
    return reading.figure is not None and reading.figure.value is not None
