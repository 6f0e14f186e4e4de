"""The portfolio: how much each product adds to the company's growth, and what it earns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.access import Viewer
from metrics.calendar import Grain, Period
from metrics.effect import Effect, effect_of
from metrics.pages.panel import Panel, open_panel
from metrics.plans import PlannedResult, read_initiatives, read_planned_results
from metrics.reading import Reading
from metrics.result import Figure, Scope
from metrics.roadmap import Initiative
from metrics.scopes import COMPANY
from metrics.workspace import Workspace

CONTRIBUTION, MARGIN, SIZE = "growth_contribution", "contribution_margin_rate", "mrr"
PROGRESS, EXPECTED = "okr_progress", "okr_expected_progress"
KPIS = (SIZE, CONTRIBUTION, MARGIN, PROGRESS, EXPECTED)
#: Progress no farther than this from what the date asks for is on pace.
ON_PACE = 0.05
#: Points may differ by so much: sums of floating-point numbers.
NOTHING = 1e-6


@dataclass(frozen=True)
class Holding:
    """One product, or the company, with its readings by KPI."""

    scope: Scope
    readings: Mapping[str, Reading]

    def figure(self, kpi: str) -> Figure | None:
        reading = self.readings.get(kpi)
        return reading.figure if reading else None

    def value(self, kpi: str) -> float | None:
        figure = self.figure(kpi)
        return figure.value if figure else None

    @property
    def ahead(self) -> float | None:
        """Progress of the objectives less what the date asks for; None where one is unknown."""
        progress, expected = self.value(PROGRESS), self.value(EXPECTED)
        return None if progress is None or expected is None else progress - expected

    @property
    def pace(self) -> str | None:
        """Whether the objectives are ahead, behind or on_pace; None where nobody can say."""
        if self.ahead is None:
            return None
        if abs(self.ahead) <= ON_PACE:
            return "on_pace"
        return "ahead" if self.ahead > 0 else "behind"

    def period(self, kpi: str) -> str:
        figure = self.figure(kpi)
        return figure.period if figure else ""


@dataclass(frozen=True)
class Leading:
    """Products that matter most to growth; the `others` and their points together."""

    products: tuple[Holding, ...]
    others: int
    points: float


@dataclass(frozen=True)
class Portfolio:
    week: Period
    weeks: tuple[Period, ...]  # newest first
    company: Holding
    products: tuple[Holding, ...]  # the largest contribution first, unknown ones last

    @property
    def sums(self) -> bool:
        """Whether the products' points are of the company's period and sum to its growth."""
        whole, period = self.company.value(CONTRIBUTION), self.company.period(CONTRIBUTION)
        parts = [
            each.value(CONTRIBUTION)
            for each in self.products
            if each.period(CONTRIBUTION) == period
        ]
        known = [part for part in parts if part is not None]
        return whole is not None and bool(known) and abs(sum(known) - whole) < NOTHING

    def leading(self, most: int) -> Leading:
        """The `most` products that move the company's growth farthest, up or down, in the order of
        the products; what the others add to it together."""
        known = [each for each in self.products if each.value(CONTRIBUTION) is not None]
        farthest = sorted(known, key=lambda each: -abs(each.value(CONTRIBUTION) or 0.0))
        first = {each.scope for each in farthest[:most]}
        rest = [each.value(CONTRIBUTION) or 0.0 for each in known if each.scope not in first]
        return Leading(tuple(each for each in known if each.scope in first), len(rest), sum(rest))


@dataclass(frozen=True)
class Planned:
    """An initiative and what its KPI did from its shipping to its review: None before, or without
    a KPI to look at."""

    initiative: Initiative
    effect: Effect | None

    @property
    def slipped(self) -> int:
        """Days that its due date has moved since it was first said; 0 when it has not."""
        first, due = self.initiative.first_due, self.initiative.due
        return max((due - first).days, 0) if first and due else 0


@dataclass(frozen=True)
class KeyResultState:
    """A key result that runs at the week's end: `current` as its KPI or its export says, `progress`
    and `expected` shares of the way, both 0 to 1; None where the current value is not known."""

    planned: PlannedResult
    current: float | None
    progress: float | None
    expected: float


@dataclass(frozen=True)
class Plans:
    """One quarter of the roadmap, by RICE, and the key results that run, by objective."""

    quarter: str  # its key; '' for what has no date
    quarters: tuple[Period, ...]  # of the whole roadmap and the present one, newest first
    undated: bool  # whether the roadmap holds anything without a date
    roadmap: tuple[Planned, ...]
    results: tuple[KeyResultState, ...]


def plans(
    workspace: Workspace, viewer: Viewer, *, week: str | None = None, quarter: str | None = None
) -> Plans:
    """The published plans at a week (None: the latest closed one), with the roadmap of a quarter
    (None: that of the week's end)."""
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        initiatives = read_initiatives(connection, viewer)
        results = read_planned_results(connection, viewer)
        day = panel.week.end
        ended, start = panel.organisation.had_ended, panel.week.start
        running = [
            each
            for each in results
            if each.start <= day <= each.end and not ended("product", each.product or "", start)
        ]
        now = panel.calendar.period(Grain.QUARTER, day)
        wanted = now.key if quarter is None else quarter
        quarters = {each.initiative: _quarter(panel, each) for each in initiatives}
        shown = [each for each in initiatives if _key(quarters[each.initiative]) == wanted]
        figures = _born(panel, shown, running)
    roadmap = [_planned(panel, each, figures) for each in shown]
    states = [_state(each, figures, day) for each in running]
    return Plans(
        wanted,
        tuple(
            sorted(
                {now, *(each for each in quarters.values() if each)},
                key=lambda each: each.start,
                reverse=True,
            )
        ),
        None in quarters.values(),
        tuple(
            sorted(
                roadmap,
                key=lambda each: (
                    each.initiative.rice is None,
                    -(each.initiative.rice or 0.0),
                    each.initiative.initiative,
                ),
            )
        ),
        tuple(
            sorted(
                states,
                key=lambda each: (
                    each.planned.objective or "", each.planned.product or "", each.planned.name
                ),
            )
        ),
    )  # fmt: skip


Born = Mapping[tuple[str, Scope], Sequence[Figure]]


def _born(
    panel: Panel, initiatives: Iterable[Initiative], results: Iterable[PlannedResult]
) -> Born:
    """The figures, in their own cadence, of every KPI that a plan names, oldest first."""
    wanted: dict[tuple[str, Grain], set[Scope]] = {}
    named = [(each.target_kpi, each.product) for each in initiatives if each.shipped]
    for name, product in [*named, *((each.kpi, each.product) for each in results)]:
        if name is not None and name in panel.catalogue:
            scope = Scope("product", product) if product else COMPANY
            kpi = panel.catalogue[name]
            wanted.setdefault((kpi.name, kpi.cadence), set()).add(scope)
    found: dict[tuple[str, Scope], list[Figure]] = {}
    for (name, grain), scopes in wanted.items():
        for figure in panel.figures([name], scopes, [grain], date.min, panel.week.end):
            found.setdefault((name, figure.scope), []).append(figure)
    return found


def _quarter(panel: Panel, initiative: Initiative) -> Period | None:
    """The quarter of its shipping, else of its due date; None without either."""
    day = initiative.shipped or initiative.due
    return panel.calendar.period(Grain.QUARTER, day) if day else None


def _key(quarter: Period | None) -> str:
    return quarter.key if quarter else ""


def _planned(panel: Panel, initiative: Initiative, figures: Born) -> Planned:
    name, shipped = initiative.target_kpi or "", initiative.shipped
    if shipped is None or initiative.product is None or name not in panel.catalogue:
        return Planned(initiative, None)
    own = figures.get((name, Scope("product", initiative.product)), ())
    until = min(initiative.review or panel.week.end, panel.week.end)
    kpi = panel.catalogue[name]
    return Planned(initiative, effect_of(own, kpi, panel.catalogue, shipped, until))


def _state(planned: PlannedResult, figures: Born, day: date) -> KeyResultState:
    scope = Scope("product", planned.product) if planned.product else COMPANY
    told = [
        figure.value
        for figure in figures.get((planned.kpi or "", scope), ())
        if figure.value is not None and planned.start < figure.end <= min(day, planned.end)
    ]
    current = told[-1] if told else planned.typed
    way = planned.target_value - planned.start_value
    progress = None
    if current is not None and way:
        progress = min(1.0, max(0.0, (current - planned.start_value) / way))
    passed = ((day - planned.start).days + 1) / ((planned.end - planned.start).days + 1)
    return KeyResultState(planned, current, progress, min(1.0, max(0.0, passed)))


def portfolio(workspace: Workspace, viewer: Viewer, *, week: str | None = None) -> Portfolio:
    """Every product at a week (None: the latest closed one), from published figures."""
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        kpis = [panel.catalogue[name] for name in KPIS if name in panel.catalogue]
        scopes = [COMPANY, *(Scope("product", p.product) for p in panel.organisation.products)]
        found = panel.readings(kpis, scopes, history=())
        company, *everyone = (
            Holding(scope, {kpi: r for (kpi, of), r in found.items() if of == scope})
            for scope in scopes
        )
        period = company.period(CONTRIBUTION)
        products = []
        for each in everyone:
            if not panel.organisation.had_ended(*each.scope, panel.week.start):
                products.append(each)
            elif each.value(CONTRIBUTION) is not None and each.period(CONTRIBUTION) == period:
                # What ended less than a year ago still takes from the company's growth.
                products.append(Holding(each.scope, {CONTRIBUTION: each.readings[CONTRIBUTION]}))

        def rank(holding: Holding) -> tuple[bool, float, str]:
            points = holding.value(CONTRIBUTION)
            return points is None, -(points or 0.0), holding.scope.key

        return Portfolio(panel.week, panel.weeks, company, tuple(sorted(products, key=rank)))
