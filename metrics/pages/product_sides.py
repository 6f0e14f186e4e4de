"""The two sides of a product's page: *cap*, where it is heading, and *cadence*, how steadily."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from metrics.access import Viewer
from metrics.by_member import FeatureMap, ThemeShares, feature_map, theme_shares
from metrics.calendar import Grain
from metrics.catalogue.kpi import Family, Kpi, Text, Unit
from metrics.detection.signals import UNBORN
from metrics.documents import ProductUsage, product_usage
from metrics.flow import Flow, read_flow
from metrics.organisation import held_on
from metrics.outlook import Outlook, outlooks
from metrics.pages.panel import Panel, open_panel
from metrics.reading import Reading
from metrics.result import Figure, Scope
from metrics.themes import load_themes
from metrics.workspace import Workspace

CAP, CADENCE = "cap", "cadence"
#: The families that each side answers for.
FAMILIES_OF = {
    CAP: (Family.PRODUCT_PERFORMANCE, Family.USER_EXPERIENCE, Family.MARKET, Family.GROWTH),
    CADENCE: (Family.DELIVERY, Family.TEAMS),
}
#: The movements of recurring revenue in the order of a bridge, and the sign each counts with.
MOVEMENTS = (
    ("new_mrr", 1),
    ("expansion_mrr", 1),
    ("reactivation_mrr", 1),
    ("transferred_mrr", 1),
    ("fx_mrr", 1),
    ("contraction_mrr", -1),
    ("churned_mrr", -1),
)
STOCK = "mrr"
LIFECYCLE = ("new_users", "retained_users", "resurrected_users", "churned_users")
EARNINGS = ("revenue", "contribution_margin", "product_result")
YEAR = timedelta(days=366)
MOST_INPUTS = 4
MONTHS_LOOKED_AT = timedelta(days=124)
#: What a squad is asked about at the end of a sprint.
SPRINT_KPIS = (
    "sprint_predictability",
    "scope_change",
    "sprint_value_share",
    "velocity",
    "backlog_readiness",
    "blocked_items",
    "cycle_time_p85",
    "wip_age",
)
SAY_DO = "sprint_predictability"
SPRINTS_LOOKED_AT = timedelta(weeks=26)


@dataclass(frozen=True)
class Step:
    """One movement of a bridge; `amount` is signed: what was lost is below 0."""

    kpi: str
    amount: float


@dataclass(frozen=True)
class Bridge:
    """A month's recurring revenue from its opening to its closing: the steps lead there exactly."""

    closing: Figure
    opening: float
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class LifeMonth:
    """A closed month's users: new + retained + resurrected are the active ones."""

    start: date
    new: float
    retained: float
    resurrected: float
    churned: float


@dataclass(frozen=True)
class Earnings:
    """A closed month from revenue to the product's result. `result` is None where the cost of the
    squads is not known; shared cost stays unallocated."""

    revenue: Figure
    margin: float
    result: float | None


@dataclass(frozen=True)
class CapSide:
    """Where a product is heading. `north_star` is what it named; `inputs` are KPIs that move it."""

    north_star: Reading | None
    inputs: tuple[Reading, ...]
    outlooks: tuple[Outlook, ...]
    usage: ProductUsage
    bridge: Bridge | None
    features: FeatureMap | None = None
    themes: ThemeShares | None = None
    theme_labels: Mapping[str, Text] = field(default_factory=dict)
    lifecycle: tuple[LifeMonth, ...] = ()
    earnings: Earnings | None = None


@dataclass(frozen=True)
class SquadSprints:
    """One squad of a product: its sprint figures now, its say/do sprint by sprint, and how work
    flowed through it until the last known day."""

    squad: Scope
    readings: tuple[Reading, ...]
    say_do: tuple[Figure, ...]
    flow: Flow | None = None


def cap_side(
    workspace: Workspace, viewer: Viewer, product: str, *, week: str | None = None
) -> CapSide:
    """What is published of where a product is heading, at a week.

    Raises VigieError when there is no such product or week.
    """
    scope = Scope("product", product)
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        usage = product_usage(workspace, viewer, product, panel.organisation)
        entry = next(p for p in panel.organisation.products if p.product == product)
        named = entry.north_star if entry.north_star in panel.catalogue else None
        north_star = panel.catalogue[named] if named else None
        inputs = [kpi for kpi in panel.catalogue if named in kpi.parents] if named else []
        found = panel.readings([*([north_star] if north_star else []), *inputs], [scope])
        return CapSide(
            north_star=found.get((north_star.name, scope)) if north_star else None,
            inputs=_known_first(inputs, found.values())[:MOST_INPUTS],
            outlooks=_watched(
                panel, outlooks(workspace, viewer, catalogue=panel.catalogue, scopes=[scope])
            ),
            usage=usage,
            bridge=_bridge(panel, scope),
            features=feature_map(connection, viewer, product),
            themes=theme_shares(connection, viewer, product),
            theme_labels={
                theme.name: Text(theme.label.en, theme.label.fr)
                for theme in load_themes(workspace.path).themes
            },
            lifecycle=_lifecycle(panel, scope),
            earnings=_earnings(panel, scope),
        )


def cadence_side(
    workspace: Workspace, viewer: Viewer, product: str, *, week: str | None = None
) -> tuple[SquadSprints, ...]:
    """The sprint figures of the squads that work on a product at a week's end."""
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        day = panel.week.end
        assigned = sorted(
            row.squad
            for row in held_on(panel.organisation.assignments, day)
            if row.product == product
        )
        squads = [Scope("squad", squad) for squad in dict.fromkeys(assigned)]
        kpis = [panel.catalogue[name] for name in SPRINT_KPIS if name in panel.catalogue]
        found = panel.readings(kpis, squads) if squads else {}
        sprints = sprints_of(panel, squads)
        return tuple(
            SquadSprints(
                squad,
                tuple(
                    found[kpi.name, squad]
                    for kpi in kpis
                    if (kpi.name, squad) in found and told(found[kpi.name, squad])
                ),
                tuple(f for f in sprints if f.scope == squad),
                read_flow(connection, viewer, squad.key),
            )
            for squad in squads
        )


def sprints_of(panel: Panel, squads: Collection[Scope]) -> list[Figure]:
    """Say/do of the sprints that ended in the half year up to the week, oldest first."""
    day = panel.week.end
    kpis = [SAY_DO] if SAY_DO in panel.catalogue and squads else []
    found = panel.figures(kpis, squads, [Grain.SPRINT], day - SPRINTS_LOOKED_AT, day)
    return [figure for figure in found if figure.end <= day]


def told(reading: Reading) -> bool:
    """Whether there is something to say: a figure, or why one is missing, of what has begun."""
    return reading.figure is not None and reading.figure.reason != UNBORN


def _known_first(kpis: Iterable[Kpi], found: Iterable[Reading]) -> tuple[Reading, ...]:
    """The readings with a value, those of review KPIs before others, else in catalogue order."""
    order = {kpi.name: (not kpi.review, place) for place, kpi in enumerate(kpis)}
    known = [r for r in found if r.kpi in order and r.figure and r.figure.value is not None]
    return tuple(sorted(known, key=lambda reading: order[reading.kpi]))


def _watched(panel: Panel, found: Iterable[Outlook]) -> tuple[Outlook, ...]:
    """Outlooks that something was wanted of; where there are none, those of the review's amounts
    and counts, which land somewhere that can be pictured."""
    everything = list(found)
    wanted = [each for each in everything if each.target is not None or each.budget is not None]
    watched = {kpi.name for kpi in panel.review_kpis if kpi.unit in (Unit.MONEY, Unit.COUNT)}
    return tuple(wanted or [each for each in everything if each.kpi in watched])


def _bridge(panel: Panel, scope: Scope) -> Bridge | None:
    """The latest closed month of which both ends and every movement are known."""
    names = [STOCK, *(name for name, _ in MOVEMENTS)]
    if any(name not in panel.catalogue for name in names):
        return None
    end: date = panel.week.end
    figures = panel.figures(names, [scope], [Grain.MONTH], end - MONTHS_LOOKED_AT, end)
    values = {(f.kpi, f.start): f.value for f in figures if f.closed and f.value is not None}
    for closing in sorted(
        (f for f in figures if f.kpi == STOCK), key=lambda f: f.start, reverse=True
    ):
        month = panel.calendar.period(Grain.MONTH, closing.start)
        opening = values.get((STOCK, panel.calendar.previous(month).start))
        amounts = [(name, sign, values.get((name, closing.start))) for name, sign in MOVEMENTS]
        if (STOCK, closing.start) not in values or opening is None:
            continue
        if any(amount is None for _, _, amount in amounts):
            continue
        steps = tuple(Step(name, sign * (amount or 0.0)) for name, sign, amount in amounts)
        return Bridge(closing, opening, steps)
    return None


def _months(panel: Panel, names: Sequence[str], scope: Scope) -> dict[date, dict[str, Figure]]:
    """The last twelve closed months with the figures that each has, by KPI."""
    if any(name not in panel.catalogue for name in names):
        return {}
    day = panel.week.end
    found: dict[date, dict[str, Figure]] = {}
    for figure in panel.figures(names, [scope], [Grain.MONTH], day - YEAR, day):
        if figure.closed and figure.value is not None and figure.end <= day:
            found.setdefault(figure.start, {})[figure.kpi] = figure
    return dict(sorted(found.items()))


def _lifecycle(panel: Panel, scope: Scope) -> tuple[LifeMonth, ...]:
    """The closed months of which all four counts are known."""
    return tuple(
        LifeMonth(start, *(found[name].value or 0.0 for name in LIFECYCLE))
        for start, found in _months(panel, LIFECYCLE, scope).items()
        if len(found) == len(LIFECYCLE)
    )


def _earnings(panel: Panel, scope: Scope) -> Earnings | None:
    """The latest closed month of which revenue and margin are known."""
    revenue, margin, result = EARNINGS
    months = _months(panel, EARNINGS[:2], scope)
    results = _months(panel, [result], scope)
    for start in sorted(months, reverse=True):
        found = months[start]
        if revenue in found and margin in found:
            last = results.get(start, {}).get(result)
            return Earnings(
                found[revenue], found[margin].value or 0.0, last.value if last else None
            )
    return None
