"""The facts that pages read, each kept until what it was made of changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Concatenate, ParamSpec, TypeVar

from dashboard import kept
from dashboard.session import Session
from metrics.access import Viewer
from metrics.calendar import Grain, Period
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
from metrics.pages.restatements import Changed
from metrics.pages.restatements import restatements as were_otherwise
from metrics.pages.review_facts import ProductPage, Review, SixTwelve
from metrics.pages.rows_behind import Lineage
from metrics.pages.rows_behind import lineage as rows_behind
from metrics.pages.slipping import Slip, slipping
from metrics.pages.verbatims import Verbatim
from metrics.pages.verbatims import verbatims as in_their_words
from metrics.register.decisions import Decision
from metrics.register.remarks import TakenBack
from metrics.register.targets import SetTarget
from metrics.result import Scope
from metrics.workspace import Workspace

P = ParamSpec("P")
T = TypeVar("T")


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


def targets_before(session: Session, kpi: str, scope: Scope) -> list[SetTarget]:
    """Every target and budget ever set for a KPI of a scope, the oldest first."""
    return meeting.targets_before(session.workspace, session.viewer, kpi, scope)


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


def restatements(session: Session, since: date | None) -> tuple[Changed, ...]:
    """The figures that changed after they were published."""
    return _kept(session, "restatements", were_otherwise, since=since)


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
    found: T = kept.answer(key, lambda: read(session.workspace, session.viewer, *args, **asked))
    return found
