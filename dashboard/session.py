"""Who is looking at which workspace, and the facts they read, cached per publication and viewer."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from dashboard.palette import LIGHT, PALETTES, Palette, product_colour
from dashboard.translation import translation
from dashboard.voice import Voice
from metrics.access import LOCAL_CPO, Viewer
from metrics.calendar import Calendar, Grain, Period
from metrics.definitions import catalogue_of, definitions_stamp
from metrics.errors import Mistake, VigieError
from metrics.format import formatter
from metrics.organisation import Organisation
from metrics.pages import bearings as courses
from metrics.pages import dictionary as definitions
from metrics.pages import exploring, meeting
from metrics.pages import freshness as coverage
from metrics.pages import owner as owners
from metrics.pages import portfolio as holdings
from metrics.pages import preparation as preparing
from metrics.pages import product as product_pages
from metrics.pages import product_sides as sides
from metrics.pages import review as reviews
from metrics.pages import six_twelve as charts
from metrics.pages import squad as squads
from metrics.pages.accounts_at_risk import AccountsAtRisk
from metrics.pages.accounts_at_risk import accounts_at_risk as may_leave
from metrics.pages.alike import Alike
from metrics.pages.discoveries import Discoveries
from metrics.pages.discoveries import discoveries as was_heard
from metrics.pages.freshness import DatasetState
from metrics.pages.market_side import MarketSide
from metrics.pages.market_side import market_side as in_market
from metrics.pages.review_facts import ProductPage, Review, SixTwelve
from metrics.pages.rows_behind import Lineage
from metrics.pages.rows_behind import lineage as rows_behind
from metrics.pages.slipping import Slip, slipping
from metrics.pages.verbatims import Verbatim
from metrics.pages.verbatims import verbatims as in_their_words
from metrics.register import left_out, migrate
from metrics.register.decisions import Decision
from metrics.register.organisation import load_organisation
from metrics.register.remarks import TakenBack
from metrics.register.series import Publication, current_publication
from metrics.result import Scope
from metrics.workspace import Workspace

WORKSPACE_VARIABLE = "VIGIE_WORKSPACE"
COMPANY = Scope("company", "")
MOST_KEPT = 512  # answers, of all readers together

P = ParamSpec("P")
T = TypeVar("T")


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
        # It changes with a job, which moves the warehouse on, or with what is said.
        organisation: Organisation = _answer(
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
    )


def voice_of(workspace: Workspace, organisation: Organisation, language: str) -> Voice:
    """How a workspace speaks in a language."""
    return Voice(
        words=translation(language),
        format=formatter(language, workspace.settings.currency),
        catalogue=catalogue_of(workspace),
        names=scope_names(organisation, workspace.settings.company),
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


def review(session: Session, week: str | None, scope: Scope) -> Review:
    """The weekly review at `scope`; `week` None is the latest closed one."""
    return _kept(
        session, "review", reviews.weekly_review, week=week, scope=scope, today=session.today
    )


def agenda(
    session: Session, week: Period, latest: bool, scopes: tuple[Scope, ...] | None
) -> meeting.Agenda:
    """What was promised, decided and said around a week's review."""
    return _kept(
        session, "agenda", meeting.agenda,
        week=week, latest=latest, scopes=scopes, today=session.today,
    )  # fmt: skip


def slips(session: Session, scopes: tuple[Scope, ...] | None) -> tuple[Slip, ...]:
    """The initiatives that slip."""
    return _kept(session, "slips", slipping, scopes=scopes, today=session.today)


def likened(
    session: Session, what: str, kpi: str, scope: Scope, but: int | None
) -> tuple[Alike, ...]:
    """The open decisions that one about to be written is like."""
    return meeting.likened(
        session.workspace, session.viewer, what=what, kpi=kpi, scope=scope, but=but
    )


def versions(session: Session, number: int) -> list[Decision]:
    """Every version of a decision, the first one first."""
    return meeting.versions(session.workspace, session.viewer, number)


def remarks_before(session: Session, kind: str, kpi: str, scope: Scope) -> list[TakenBack]:
    """What was said of a KPI of a scope and reworded or taken back since."""
    return meeting.remarks_before(session.workspace, session.viewer, kind, kpi, scope)


def write(session: Session, saying: Callable[..., Any], *place: Any, **words: Any) -> None:
    """Write into the register, in one short transaction, as this session's viewer."""
    meeting.say(session.workspace, session.viewer, saying, *place, **words)


def product_page(session: Session, product: str, week: str | None) -> ProductPage:
    return _kept(
        session,
        "product",
        product_pages.product_page,
        product=product,
        week=week,
        today=session.today,
    )


def six_twelve(session: Session, kpi: str, scope: Scope, week: str | None) -> SixTwelve:
    return _kept(session, "six_twelve", charts.six_twelve, kpi=kpi, scope=scope, week=week)


def dictionary(session: Session) -> tuple[definitions.Entry, ...]:
    """Every KPI with its place in the tree and what brings its data."""
    return _kept(session, "dictionary", definitions.dictionary)


def portfolio(session: Session, week: str | None) -> holdings.Portfolio:
    """Every product's growth, margin and objectives at a week."""
    return _kept(session, "portfolio", holdings.portfolio, week=week)


def plans(session: Session, week: str | None, quarter: str | None) -> holdings.Plans:
    """A quarter of the roadmap with its effects, and the key results that run."""
    return _kept(session, "plans", holdings.plans, week=week, quarter=quarter)


def freshness(session: Session) -> tuple[DatasetState, ...]:
    """What has come of each kind of data, what is late and what waits for it."""
    return _kept(session, "freshness", coverage.freshness, today=session.today)


def cap_side(session: Session, product: str, week: str | None) -> sides.CapSide:
    """Where a product is heading: North Star, pace, retention, funnel, revenue."""
    return _kept(session, "cap", sides.cap_side, product=product, week=week)


def verbatims(
    session: Session, product: str, theme: str, start: date, end: date
) -> tuple[Verbatim, ...]:
    """What a product's users said on a theme in their own words."""
    return _kept(
        session, "verbatims", in_their_words, product=product, theme=theme, start=start, end=end
    )


def accounts_at_risk(session: Session, product: str, until: date) -> AccountsAtRisk | None:
    """The accounts of a product that may leave, asked of the facts."""
    return _kept(session, "at risk", may_leave, product=product, until=until)


def market_side(session: Session, product: str, until: date) -> MarketSide:
    """A product's share of its markets and its deals, asked of the facts."""
    return _kept(session, "market", in_market, product=product, until=until)


def discoveries(session: Session, product: str, until: date) -> Discoveries:
    """What a product heard in a year, asked of the facts."""
    return _kept(session, "discoveries", was_heard, product=product, until=until)


def squad_page(session: Session, squad: str, week: str | None) -> squads.SquadPage:
    """One squad: its delivery, people, needs and dependencies."""
    return _kept(session, "squad", squads.squad_page, squad=squad, week=week)


def owner_page(session: Session, owner: str, week: str | None) -> owners.OwnerPage:
    """A person in one role: what they answer for."""
    return _kept(session, "owner", owners.owner_page, owner=owner, week=week)


def bearings(session: Session, week: str | None) -> courses.Bearings:
    """Every product's scores of cap and cadence, with their signs."""
    return _kept(session, "bearings", courses.bearings, week=week)


def preparation(session: Session) -> preparing.Preparation:
    """What the next review waits for, today."""
    return _kept(session, "preparation", preparing.preparation, today=session.today)


def cadence_side(
    session: Session, product: str, week: str | None
) -> tuple[sides.SquadSprints, ...]:
    """The sprint figures of a product's squads."""
    return _kept(session, "cadence", sides.cadence_side, product=product, week=week)


def explore(
    session: Session, kpi: str, by: str, grain: Grain, since: date | None
) -> exploring.Exploration:
    """A KPI's figures cut as asked, from the warehouse that readers see now."""

    def asked(workspace: Workspace, viewer: Viewer, /, **question: Any) -> exploring.Exploration:
        return exploring.explore(workspace, viewer, session.voice.catalogue[kpi], **question)

    return _kept(
        session, f"explore {kpi}", asked, by=by, grain=grain, since=since, until=session.today
    )


def lineage(session: Session, kpi: str, scope: Scope, period: Period) -> Lineage:
    """The rows and imports behind a KPI of a scope in a period."""
    return _kept(session, "lineage", rows_behind, of=kpi, scope=scope, period=period)


def statements(session: Session, kpi: str, by: str) -> dict[str, str]:
    """The SQL behind a KPI, part by part."""
    return exploring.statements(session.workspace, session.voice.catalogue[kpi], by)


def _kept(
    session: Session, name: str, read: Callable[Concatenate[Workspace, Viewer, P], T],
    *args: P.args, **asked: P.kwargs,
) -> T:  # fmt: skip
    """What `read` answers, kept under `name` until the publication, the facts, a definition, what
    people said or the viewer changes."""
    key = (
        name, str(session.workspace.path), session.publication, session.definitions, session.spoken,
        session.viewer.key, args, tuple(sorted(asked.items())),
    )  # fmt: skip
    found: T = _answer(key, lambda: read(session.workspace, session.viewer, *args, **asked))
    return found


@st.cache_resource(max_entries=MOST_KEPT, show_spinner=False)
def _answer(key: tuple[object, ...], _read: Callable[[], Any]) -> Any:
    """One cache for every reader: the answers are frozen, so readers share one copy of each
    instead of a pickled one. Streamlit makes no part of its key of an argument that begins with _.
    """
    with _unswept():
        return _read()


@contextmanager
def _unswept() -> Iterator[None]:
    """Without a search for garbage meanwhile: what an answer is made of stays, and of a large
    company the searches took two fifths of the reading."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


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
