"""Cap or cadence, product by product: the signs read from what is published, and the advice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.access import Viewer
from metrics.calendar import Grain, Period
from metrics.organisation import Organisation, Product
from metrics.pages.panel import Panel, open_panel
from metrics.pages.people import holders
from metrics.pages.review_facts import Person
from metrics.pages.signs import (
    Advice,
    Score,
    Sign,
    advise,
    fact,
    judged,
    quadrant,
)
from metrics.plans import read_initiatives
from metrics.register.targets import Held, targets_held
from metrics.result import Figure, Scope
from metrics.roadmap import Initiative
from metrics.scopes import members_of, owner_key
from metrics.workspace import Workspace

#: What pace and heading are read over, up to the end of the week.
WEEKS, MONTHS, QUARTERS = timedelta(weeks=13), timedelta(days=186), timedelta(days=372)
ENGAGEMENT = "engagement_score"
CYCLE_TIME, READINESS, ON_TIME = "cycle_time_p85", "backlog_readiness", "on_time_delivery"
#: The share of initiatives on time below which there are delays, and sprints of ready work below
#: which the backlog is unready.
LATE, UNREADY = 0.6, 1.0


@dataclass(frozen=True)
class Bearing:
    """One product: its two scores, where it stands in the quadrant, what is advised."""

    product: Scope
    name: str
    heading: Score
    pace: Score
    advice: Advice
    pm: tuple[Person, ...]
    po: tuple[Person, ...]

    @property
    def quadrant(self) -> str:
        return quadrant(self.heading, self.pace)


@dataclass(frozen=True)
class Bearings:
    week: Period
    weeks: tuple[Period, ...]  # newest first
    products: tuple[Bearing, ...]

    @property
    def placed(self) -> tuple[Bearing, ...]:
        """The products of which both scores are given."""
        return tuple(
            each
            for each in self.products
            if each.pace.value is not None and each.heading.value is not None
        )


def bearings(workspace: Workspace, viewer: Viewer, *, week: str | None = None) -> Bearings:
    """Every product that is there at a week (None: the latest closed one), from what is published.

    Raises VigieError for a week without figures.
    """
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        there = [
            each
            for each in panel.organisation.products
            if not panel.organisation.had_ended("product", each.product, panel.week.start)
        ]
        scopes = [Scope("product", each.product) for each in there]
        signs = _Signs(panel, scopes, read_initiatives(connection, viewer, scopes))
        held = targets_held(connection, viewer, scopes=scopes)
    return Bearings(
        panel.week,
        panel.weeks,
        tuple(_bearing(panel, signs, held, each) for each in there),
    )


def _bearing(panel: Panel, signs: _Signs, held: Collection[Held], product: Product) -> Bearing:
    organisation, day = panel.organisation, panel.week.end
    scope = Scope("product", product.product)
    pm, po = (
        tuple(p for p in holders(organisation, scope, [role], day) if p.role == role)
        for role in ("PM", "PO")
    )
    squads = members_of(organisation, scope, "squad", day)
    people = {person.key for person in (*pm, *po)}
    return Bearing(
        product=scope,
        name=product.name,
        heading=Score(_heading(panel, signs, held, product)),
        pace=Score(
            (
                signs.share("commitment_kept", "sprint_predictability", scope, WEEKS),
                signs.cycle_time(scope),
                signs.readiness(scope, squads),
                signs.share("scope_change", "scope_change", scope, WEEKS),
                signs.share("escaped_defects", "escaped_defects_rate", scope, MONTHS),
            )
        ),
        advice=advise(
            len(squads),
            _held_by(organisation, pm, day),
            len(people) if pm and po else 0,
            signs.strains(scope, squads),
        ),
        pm=pm,
        po=po,
    )


def _heading(
    panel: Panel, signs: _Signs, held: Collection[Held], product: Product
) -> tuple[Sign, ...]:
    scope, day = Scope("product", product.product), panel.week.end
    running = {
        panel.calendar.period(grain, day).key for grain in (Grain.WEEK, Grain.MONTH, Grain.QUARTER)
    }
    targets = [each for each in held if each.scope == scope and each.period in running]
    return (
        fact("vision", bool(product.vision)),
        fact(
            "north_star",
            product.north_star in panel.catalogue if product.north_star else False,
            kpi="north_star",
        ),
        fact("targets", bool(targets)),
        signs.objectives(scope),
        signs.share("linked_initiatives", "linked_initiatives", scope, QUARTERS),
        signs.roadmap(scope),
    )


def _held_by(organisation: Organisation, pm: Sequence[Person], day: date) -> int:
    """The most products that one of a product's PMs holds."""
    counts = [
        len(members_of(organisation, Scope("owner", owner_key("PM", each.key)), "product", day))
        for each in pm
    ]
    return max(counts, default=0)


class _Signs:
    """What the signs of all products are read from, in few queries."""

    def __init__(
        self, panel: Panel, scopes: Sequence[Scope], initiatives: Iterable[Initiative]
    ) -> None:
        self._panel = panel
        day = panel.week.end
        squads = [Scope("squad", each.squad) for each in panel.organisation.squads]
        self._of: dict[tuple[str, Scope], list[Figure]] = {}
        for grain, span, names in (
            (
                Grain.WEEK,
                WEEKS,
                ("sprint_predictability", "scope_change", READINESS, CYCLE_TIME),
            ),
            (
                Grain.MONTH,
                MONTHS,
                ("escaped_defects_rate", ENGAGEMENT, "okr_progress", "okr_expected_progress"),
            ),
            (Grain.QUARTER, QUARTERS, ("linked_initiatives", ON_TIME)),
        ):
            known = [name for name in names if name in panel.catalogue]
            for figure in panel.figures(known, [*scopes, *squads], [grain], day - span, day):
                self._of.setdefault((figure.kpi, figure.scope), []).append(figure)
        since = day - WEEKS
        limits = (
            panel.limits([CYCLE_TIME], scopes, Grain.WEEK, since, day)[0]
            if CYCLE_TIME in panel.catalogue
            else {}
        )
        self._above = {key: each.upper for key, each in limits.items()}
        self._initiatives = list(initiatives)

    def _closed(self, kpi: str, scope: Scope) -> list[Figure]:
        """The figures of periods that were over by the end of the week: what came of a month or a
        quarter later was not known then."""
        return [
            figure
            for figure in self._of.get((kpi, scope), ())
            if figure.closed and figure.value is not None and figure.end <= self._panel.week.end
        ]

    def share(self, name: str, kpi: str, scope: Scope, span: timedelta) -> Sign:
        """A share over the closed periods of a span: sum over sum, never a mean of shares."""
        since = self._panel.week.end - span
        known = [figure for figure in self._closed(kpi, scope) if figure.start >= since]
        part, whole = _sums(known)
        return judged(name, part / whole if whole else None, part, whole or None, kpi)

    def objectives(self, scope: Scope) -> Sign:
        """How far the objectives are ahead of what the calendar expects, or behind, at the end of
        the latest month that was over by the end of the week, as every other page has it."""
        progress, expected = (
            {figure.start: figure.value or 0.0 for figure in self._closed(kpi, scope)}
            for kpi in ("okr_progress", "okr_expected_progress")
        )
        both = progress.keys() & expected.keys()
        if not both:
            return judged("objectives", None, kpi="okr_progress")
        done, wanted = progress[max(both)], expected[max(both)]
        return judged("objectives", done - wanted, done, wanted, "okr_progress")

    def roadmap(self, scope: Scope) -> Sign:
        """The initiatives of the last four quarters and of those to come whose date stayed."""
        since = self._panel.week.end - QUARTERS
        dated = [
            each
            for each in self._initiatives
            if each.product == scope.key and each.first_due and each.due and each.due >= since
        ]
        kept = sum(each.due <= each.first_due for each in dated if each.due and each.first_due)
        return judged(
            "roadmap_stability",
            kept / len(dated) if dated else None,
            kept,
            len(dated) or None,
        )

    def cycle_time(self, scope: Scope) -> Sign:
        """In how many of the last 13 weeks the cycle time was above its usual range."""
        known = [
            figure
            for figure in self._closed(CYCLE_TIME, scope)
            if (CYCLE_TIME, scope, figure.start) in self._above
        ]
        above = sum(
            (figure.value or 0.0) > self._above[CYCLE_TIME, scope, figure.start] for figure in known
        )
        return judged(
            "cycle_time_stability",
            float(above) if known else None,
            float(above),
            len(known) or None,
            CYCLE_TIME,
        )

    def readiness(self, scope: Scope, squads: Collection[str]) -> Sign:
        """Sprints of ready work: of the product, else of the squad that is worst off."""
        known = self._closed(READINESS, scope)
        if known:
            return judged("ready_backlog", known[-1].value, kpi=READINESS)
        values = self._readiness(squads)
        return judged("ready_backlog", min(values, default=None), kpi=READINESS)

    def _readiness(self, squads: Collection[str]) -> list[float]:
        found = [self._closed(READINESS, Scope("squad", squad)) for squad in sorted(squads)]
        return [figures[-1].value or 0.0 for figures in found if figures]

    def strains(self, scope: Scope, squads: Collection[str]) -> tuple[str, ...]:
        """The signs of strain that show: an unready backlog, delays, falling engagement."""
        ready = self._readiness(squads)
        part, whole = _sums(self._closed(ON_TIME, scope))
        shown: Mapping[str, bool] = {
            "unready_backlog": any(value < UNREADY for value in ready),
            "delays": bool(whole) and part / whole < LATE,
            "falling_engagement": any(
                _fell(self._closed(ENGAGEMENT, Scope("squad", squad))) for squad in squads
            ),
        }
        return tuple(name for name, shows in shown.items() if shows)


def _sums(figures: Iterable[Figure]) -> tuple[float, float]:
    known = list(figures)
    return (
        sum(figure.numerator or 0.0 for figure in known),
        sum(figure.denominator or 0.0 for figure in known),
    )


def _fell(figures: Sequence[Figure]) -> bool:
    """Whether the latest wave lies below the one before by more than both intervals allow."""
    if len(figures) < 2:
        return False
    before, now = figures[-2], figures[-1]
    return before.low is not None and now.high is not None and now.high < before.low
