"""One squad: what it delivers, how its people are, what it needs, what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.access import Viewer
from metrics.calendar import Period
from metrics.errors import unknown
from metrics.flow import read_flow
from metrics.organisation import Organisation, held_on
from metrics.pages.panel import Panel, open_panel
from metrics.pages.people import PRODUCT_ROLES, SQUAD_ROLES, holders
from metrics.pages.product_sides import SAY_DO, SquadSprints, sprints_of, told
from metrics.pages.review_facts import Person
from metrics.reading import Reading
from metrics.result import Scope
from metrics.workspace import Workspace

#: What a squad is looked at for, part by part.
PARTS = {
    "delivery": (
        SAY_DO,
        "scope_change",
        "sprint_value_share",
        "velocity",
        "throughput",
        "cycle_time_p50",
        "cycle_time_p85",
        "lead_time_p85",
        "backlog_readiness",
        "escaped_defects_rate",
        "deployment_frequency",
        "change_lead_time",
        "change_fail_rate",
        "recovery_time",
    ),
    "dependencies": ("blocked_items", "on_time_delivery"),
    "load": ("wip", "wip_per_person", "wip_age", "members", "vacancy_days"),
    "engagement": ("engagement_score", "enps", "survey_participation"),
    "skills": ("skills_coverage", "bus_factor", "skills_progress"),
}


@dataclass(frozen=True)
class Served:
    """A product that the squad works on, who answers for it and which squads share it."""

    product: Scope
    since: date
    owners: tuple[Person, ...]
    shared_with: tuple[Scope, ...]


@dataclass(frozen=True)
class Member:
    """Someone in the squad; `roles` are those they hold for it, in alphabetical order."""

    name: str
    since: date
    roles: tuple[str, ...]


@dataclass(frozen=True)
class SquadPage:
    """A squad at a week's end. `parts` are readings by part of `PARTS`, those that exist;
    `members` are in alphabetical order, and nothing here ranks them."""

    week: Period
    weeks: tuple[Period, ...]  # newest first
    squad: Scope
    name: str
    owners: tuple[Person, ...]
    serves: tuple[Served, ...]
    members: tuple[Member, ...]
    parts: dict[str, tuple[Reading, ...]]
    sprints: SquadSprints
    ended: date | None = None  # its last day, whenever the week is


def squad_page(
    workspace: Workspace, viewer: Viewer, squad: str, *, week: str | None = None
) -> SquadPage:
    """A squad at a week (None: the latest closed one), from published figures.

    Raises VigieError when there is no such squad or week.
    """
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        names = {each.squad: each.name for each in panel.organisation.squads}
        if squad not in names:
            raise unknown("squad", squad, names)
        scope, day = Scope("squad", squad), panel.week.end
        return SquadPage(
            week=panel.week,
            weeks=panel.weeks,
            squad=scope,
            name=names[squad],
            owners=holders(panel.organisation, scope, SQUAD_ROLES, day),
            serves=_served(panel.organisation, squad, day),
            members=_members(panel.organisation, squad, day),
            parts=_parts(panel, scope),
            sprints=SquadSprints(
                scope, (), tuple(sprints_of(panel, [scope])), read_flow(connection, viewer, squad)
            ),
            ended=panel.organisation.ends.get(scope),
        )


def _served(organisation: Organisation, squad: str, day: date) -> tuple[Served, ...]:
    if organisation.had_ended("squad", squad, day):
        return ()
    held = held_on(organisation.assignments, day)
    own = sorted((r for r in held if r.squad == squad), key=lambda r: (r.start, r.product))
    return tuple(
        Served(
            product := Scope("product", row.product),
            row.start,
            holders(organisation, product, PRODUCT_ROLES, day),
            tuple(
                Scope("squad", other)
                for other in sorted({r.squad for r in held if r.product == row.product} - {squad})
            ),
        )
        for row in own
    )


def _members(organisation: Organisation, squad: str, day: date) -> tuple[Member, ...]:
    if organisation.had_ended("squad", squad, day):
        return ()
    names = {person.person: person.name for person in organisation.people}
    roles: dict[str, set[str]] = {}
    for held in held_on(organisation.ownerships, day):
        if (held.target_kind, held.target) == ("squad", squad):
            roles.setdefault(held.person, set()).add(held.role)
    found = [
        Member(
            names.get(row.person, row.person), row.start, tuple(sorted(roles.get(row.person, ())))
        )
        for row in held_on(organisation.memberships, day)
        if row.squad == squad
    ]
    return tuple(sorted(found, key=lambda member: member.name.casefold()))


def _parts(panel: Panel, scope: Scope) -> dict[str, tuple[Reading, ...]]:
    kpis = [
        panel.catalogue[name] for part in PARTS.values() for name in part if name in panel.catalogue
    ]
    found = panel.readings(kpis, [scope])
    return {
        part: tuple(
            found[name, scope]
            for name in names
            if (name, scope) in found and told(found[name, scope])
        )
        for part, names in PARTS.items()
    }
