"""Who is looking at which workspace, in which language and appearance."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import kept
from dashboard.palette import LIGHT, PALETTES, Palette, product_colour
from dashboard.translation import translation
from dashboard.voice import Voice
from metrics.access import LOCAL_CPO, Viewer
from metrics.calendar import Calendar, Grain, Period
from metrics.definitions import catalogue_of, definitions_stamp
from metrics.errors import Mistake, VigieError
from metrics.format import formatter
from metrics.organisation import Organisation
from metrics.pages import meeting
from metrics.register import ledger, left_out, migrate
from metrics.register.organisation import load_organisation
from metrics.register.series import Publication, current_publication
from metrics.register.tables import ORGANISATION
from metrics.result import Scope
from metrics.workspace import UNNAMED, Workspace

WORKSPACE_VARIABLE = "VIGIE_WORKSPACE"
COMPANY = Scope("company", "")


@dataclass(frozen=True)
class Session:
    """One run of a page: whose it is, what is current, and how it speaks and looks."""

    workspace: Workspace
    viewer: Viewer
    publication: Publication
    organisation: Organisation
    voice: Voice
    palette: Palette
    definitions: tuple[tuple[str, int], ...] = ()  # changes with the company's own definitions
    broken: tuple[Mistake, ...] = ()  # definitions that are left out, or failed on the data
    spoken: tuple[int, ...] = ()  # changes with every decision, comment, mute and target
    only_organisation: bool = False  # nothing is published, and no file but of who does what came

    @property
    def today(self) -> date:
        return datetime.now(self.workspace.zone).date()

    @property
    def calendar(self) -> Calendar:
        settings = self.workspace.settings
        return Calendar(settings.first_weekday, settings.fiscal_year_start)

    @property
    def ahead(self) -> tuple[Period, ...]:
        """The present month and quarter, and those that follow: what targets are set for."""
        found = []
        for grain in (Grain.QUARTER, Grain.MONTH):
            present = self.calendar.period(grain, self.today)
            found += [present, self.calendar.period(grain, present.end + timedelta(1))]
        return tuple(found)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has ever been published here."""
        return self.publication.id == 0

    @property
    def has_imports(self) -> bool:
        """Whether files were loaded, whatever has come of them."""
        return self.publication.warehouse_version > 0

    def colour(self, scope: Scope) -> str:
        """A product's own colour; the ink for the company and all else."""
        if scope.kind != "product":
            return self.palette.ink
        products = [product.product for product in self.organisation.products]
        return product_colour(scope.key, products, self.palette)


def open_session(language: str) -> Session:
    """The session of this run; raises VigieError when there is no workspace to look at."""
    palette = PALETTES.get(st.context.theme.type or "light", LIGHT)
    return session_of(_workspace(_workspace_path()), language, palette)


def session_of(workspace: Workspace, language: str, palette: Palette) -> Session:
    """A session in a language and appearance, of the present state of a workspace."""
    with workspace.register.connect() as connection:
        publication = current_publication(connection)
        failed = left_out.read(connection)
        spoken = meeting.stamp(connection)
        loaded = () if publication.id else ledger.datasets(connection)
        # It changes with a job, which moves the warehouse on, or with what is said.
        organisation: Organisation = kept.answer(
            ("organisation", str(workspace.path), publication, spoken),
            lambda: load_organisation(connection),
        )
    catalogue = catalogue_of(workspace)
    broken = {mistake.name: mistake for mistake in (*failed, *catalogue.problems)}
    return Session(
        workspace=workspace,
        viewer=LOCAL_CPO,
        publication=publication,
        organisation=organisation,
        voice=voice_of(workspace, organisation, language),
        palette=palette,
        definitions=definitions_stamp(workspace),
        broken=tuple(broken.values()),
        spoken=spoken,
        only_organisation=bool(loaded) and ORGANISATION.keys() >= set(loaded),
    )


def voice_of(workspace: Workspace, organisation: Organisation, language: str) -> Voice:
    """How a workspace speaks in a language."""
    words, company = translation(language), workspace.settings.company
    return Voice(
        words=words,
        format=formatter(language, workspace.settings.currency),
        catalogue=catalogue_of(workspace),
        names=scope_names(organisation, words.say("My company") if company == UNNAMED else company),
        zone=workspace.zone,
    )


def scope_names(organisation: Organisation, company: str) -> dict[Scope, str]:
    """What people call each scope."""
    names = {COMPANY: company}
    people = {person.person: person.name for person in organisation.people}
    for product in organisation.products:
        names[Scope("product", product.product)] = product.name
        if product.line:
            names[Scope("line", product.line)] = product.line
    for squad in organisation.squads:
        names[Scope("squad", squad.squad)] = squad.name
    # Decisions name their owner; no figure is read by this kind of scope.
    names |= {Scope("person", key): name for key, name in people.items()}
    for held in organisation.ownerships:
        names[Scope("owner", f"{held.role}:{held.person}")] = (
            f"{people.get(held.person, held.person)}, {held.role}"
        )
    return names


def write(session: Session, saying: Callable[..., Any], *place: Any, **words: Any) -> None:
    """Write into the register, in one short transaction, as this session's viewer."""
    meeting.say(session.workspace, session.viewer, saying, *place, **words)


def _workspace_path() -> str:
    path = os.environ.get(WORKSPACE_VARIABLE, "")
    if not path:
        raise VigieError(
            "No workspace was named, so there is nothing to show.",
            next_step=f"Start with 'vigie serve DIR', or set {WORKSPACE_VARIABLE} to a folder.",
        )
    return path


@st.cache_resource(max_entries=4, show_spinner=False)
def _workspace(path: str) -> Workspace:
    workspace = Workspace.open(Path(path))
    migrate(workspace.register)
    return workspace
