"""A role owner: everything a person answers for in one role, dated.

Seen by that person, those who manage them and the CPO only; the rule acts in the query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from metrics.access import Role, Viewer
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Catalogue, Family
from metrics.detection.signals import UNBORN
from metrics.errors import VigieError, unknown
from metrics.organisation import Organisation, held_on
from metrics.outlook import Outlook, outlooks
from metrics.pages.panel import Panel, open_panel
from metrics.pages.people import managers_of
from metrics.pages.review_facts import ScorecardCell, Subject
from metrics.reading import Reading
from metrics.register.decisions import Decision, open_decisions
from metrics.result import Figure, Scope
from metrics.roles import plays, roles_in
from metrics.scopes import members_of, owner_key
from metrics.workspace import Workspace

TRANSFERRED = "transferred_mrr"
YEAR = timedelta(days=366)


@dataclass(frozen=True)
class HeldRole:
    """What a person holds, or held, in the role: `target` is a product, line, squad or company."""

    target: Scope
    start: date
    end: date | None


@dataclass(frozen=True)
class OwnerPage:
    """A person in one role at a week's end.

    `products` and `squads` are what they answer for on that day, `also` their other roles.
    `families` hold the KPIs that the role answers for; `outlooks` those with a target or budget.
    `transferred` are the months of the last year in which a change of role moved revenue to or
    from them.
    """

    week: Period
    weeks: tuple[Period, ...]  # newest first
    scope: Scope
    name: str
    role: str
    also: tuple[str, ...]
    held: tuple[HeldRole, ...]  # newest first
    products: tuple[Scope, ...]
    squads: tuple[Scope, ...]
    families: tuple[ScorecardCell, ...]
    outlooks: tuple[Outlook, ...]
    decisions: tuple[Decision, ...]
    transferred: tuple[Figure, ...]


def may_see_owner(viewer: Viewer, organisation: Organisation, person: str, day: date) -> bool:
    """Whether `viewer` is the person, manages them on `day`, or is the CPO."""
    return (
        viewer.role is Role.CPO
        or viewer.person == person
        or viewer.person in managers_of(organisation, person, day)
    )


def owner_page(
    workspace: Workspace, viewer: Viewer, owner: str, *, week: str | None = None
) -> OwnerPage:
    """A role owner (`PM:c-morel`) at a week (None: the latest closed one).

    Raises VigieError when nobody holds or held that role, or `viewer` may not see it.
    """
    role, _, person = owner.partition(":")
    # Who is both PM and PO answers for what either does; figures are published role by role.
    roles = sorted(roles_in(role)) or [role]
    scopes = [Scope("owner", owner_key(each, person)) for each in roles]
    seeing = replace(viewer, owners=tuple(scope.key for scope in scopes))
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, seeing, week)
        organisation, day = panel.organisation, panel.week.end
        known = {owner_key(each.role, each.person) for each in organisation.ownerships}
        if owner not in known:
            raise unknown("role owner", owner, known)
        if not may_see_owner(viewer, organisation, person, day):
            raise VigieError("These figures are for that person, their managers and the CPO.")
        scope = Scope("owner", owner)
        products, squads = (
            tuple(Scope(kind, key) for key in sorted(members_of(organisation, scope, kind, day)))
            for kind in ("product", "squad")
        )
        names = {each.person: each.name for each in organisation.people}
        others = {row.role for row in held_on(organisation.ownerships, day) if row.person == person}
        return OwnerPage(
            week=panel.week,
            weeks=panel.weeks,
            scope=scope,
            name=names.get(person, person),
            role=role,
            also=tuple(sorted(others - {role})),
            held=_held(organisation, role, person),
            products=products,
            squads=squads,
            families=_families(panel, dict(zip(roles, scopes, strict=True))),
            outlooks=tuple(
                each
                for each in outlooks(
                    workspace, panel.viewer, catalogue=panel.catalogue,
                    scopes=[*scopes, *products, *squads],
                )
                if each.target is not None or each.budget is not None
            ),
            decisions=_decisions(
                panel, [*scopes, *products, *squads], person, names.get(person, "")
            ),
            transferred=_transferred(panel, scopes[0]),
        )  # fmt: skip


def answered_for(
    subjects: Iterable[Subject], found: OwnerPage, catalogue: Catalogue
) -> tuple[Subject, ...]:
    """Those of a review's subjects that are of a KPI the role answers for."""
    roles = roles_in(found.role) | {found.role}
    return tuple(each for each in subjects if catalogue[each.reading.kpi].owner_role in roles)


def _held(organisation: Organisation, role: str, person: str) -> tuple[HeldRole, ...]:
    rows = [row for row in organisation.ownerships if row.person == person and plays(row, role)]
    return tuple(
        HeldRole(
            Scope(row.target_kind, "" if row.target_kind == "company" else row.target),
            row.start,
            row.end,
        )
        for row in sorted(rows, key=lambda row: (row.start, row.target), reverse=True)
    )


def _families(panel: Panel, scopes: Mapping[str, Scope]) -> tuple[ScorecardCell, ...]:
    """The KPIs that each role answers for, of which there is something to say."""
    own = [kpi for kpi in panel.catalogue if kpi.owner_role in scopes]
    found = panel.readings(own, list(scopes.values()))
    cells = []
    for family in Family:
        told = (
            found.get((kpi.name, scopes[kpi.owner_role])) for kpi in own if kpi.family is family
        )
        readings = tuple(each for each in told if each is not None and _told(each))
        cells.append(ScorecardCell(str(family), None, readings))
    return tuple(cells)


def _told(reading: Reading) -> bool:
    figure = reading.figure
    return figure is not None and figure.reason not in (UNBORN, "no_data", "not_published")


def _decisions(
    panel: Panel, scopes: Sequence[Scope], person: str, name: str
) -> tuple[Decision, ...]:
    """The open decisions and actions on what they answer for, or that they own by name."""
    everything = open_decisions(panel.connection, panel.viewer, kind=None)
    return tuple(
        each
        for each in everything
        if each.scope in scopes or each.owner in (person, name or person)
    )


def _transferred(panel: Panel, scope: Scope) -> tuple[Figure, ...]:
    if TRANSFERRED not in panel.catalogue:
        return ()
    day = panel.week.end
    months = panel.figures([TRANSFERRED], [scope], [Grain.MONTH], day - YEAR, day)
    return tuple(each for each in months if each.closed and each.value)
