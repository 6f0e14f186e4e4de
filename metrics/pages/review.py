"""The weekly review and the product page, read from the register for one viewer.

Pages show the dataclasses of `metrics.pages.review_facts` and `metrics.reading`, which can be
imported from here as well; they compute nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from metrics.access import Viewer
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Family, Kpi
from metrics.detection.signals import UNBORN
from metrics.errors import unknown
from metrics.explaining.because import because, names_of
from metrics.explaining.explanation import Explanation, base_of, explain
from metrics.explaining.movements import by_movements, movements_of
from metrics.organisation import held_on
from metrics.outlook import Outlook, outlooks
from metrics.pages.missing import missing_data
from metrics.pages.panel import Key, Panel, open_panel
from metrics.pages.people import PRODUCT_ROLES, holders
from metrics.pages.review_facts import (
    Box,
    Driver,
    Freshness,
    MissingData,
    Muted,
    Person,
    Point,
    ProductPage,
    Review,
    ScorecardCell,
    ScorecardRow,
    SixTwelve,
    Subject,
)
from metrics.pages.six_twelve import six_twelve_of
from metrics.reading import Comparison, Limits, Reading, SignalFact
from metrics.register.decisions import DECISION, open_decisions
from metrics.register.ledger import read_coverage
from metrics.register.remarks import Mute, muted, read_comments
from metrics.result import Figure, Scope
from metrics.scopes import COMPANY, members_of
from metrics.subjects import Chain, belongs, chains, has_subject, telling
from metrics.workspace import Workspace

__all__ = [
    "Box",
    "Comparison",
    "Driver",
    "Freshness",
    "Limits",
    "MissingData",
    "Muted",
    "Person",
    "Point",
    "ProductPage",
    "Reading",
    "Review",
    "ScorecardCell",
    "ScorecardRow",
    "SignalFact",
    "SixTwelve",
    "Subject",
    "product_page",
    "six_twelve",
    "weekly_review",
]

#: The order in which a family's review KPIs give it its status.
WORST_FIRST = ("worse", "signal", "no_data", "partial", "steady", "better")
#: The KPI whose value says how large a part of the company a product is.
SIZE_KPI = "mrr"


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
        readings = panel.readings(
            kpis, [*{scope: None, **dict.fromkeys(products)}], history=review_names
        )
        own = [kpi for kpi in kpis if kpi.member == "squad"]
        rest = [squad for squad in squads if squad != scope]
        if rest:
            readings |= panel.readings(own, rest, history=review_names)
        below = [
            r
            for r in readings.values()
            if r.scope == scope or belongs(panel.catalogue[r.kpi], r.scope)
        ]
        # Owners and lines raise no subject of their own: they would repeat their products'.
        raising = [r for r in below if r.scope.kind in ("company", "product", "squad")]
        raising, hushed = _hushed(panel, raising, today or datetime.now(workspace.zone).date())
        subjects = _subjects(panel, raising, readings, products)
        unusual = telling(raising, panel.catalogue)
        headline = tuple(
            readings[kpi.name, scope] for kpi in panel.review_kpis if (kpi.name, scope) in readings
        )
        shown = {(r.kpi, r.scope) for s in subjects for r in (s.reading, *s.also)}
        return Review(
            week=panel.week,
            weeks=panel.weeks,
            scope=scope,
            freshness=panel.freshness,
            headline=headline,
            judged=len({r.kpi for r in below if _has_value(r)}),
            attention=len({r.kpi for r in unusual}),
            subjects=subjects,
            missing=_missing(panel, [*products, *squads]),
            scorecard=tuple(_scorecard_row(panel, product, readings) for product in products),
            steady=tuple(
                r for r in below if r.status == "steady" and (r.kpi, r.scope) not in shown
            ),
            unusual=tuple(r for r in unusual if (r.kpi, r.scope) not in shown),
            muted=hushed,
            landing=_landing(workspace, panel, scope, headline) if week is None else None,
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


def product_page(
    workspace: Workspace,
    viewer: Viewer,
    product: str,
    *,
    week: str | None = None,
    today: date | None = None,
) -> ProductPage:
    """Everything about one product at a week; raises VigieError when there is no such product.

    A signal that is muted today is told apart, and opens no subject.
    """
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        organisation, day = panel.organisation, panel.week.end
        entry = next((p for p in organisation.products if p.product == product), None)
        if entry is None:
            raise unknown("product", product, [p.product for p in organisation.products], "")
        scope = Scope("product", product)
        readings = panel.readings(list(panel.catalogue), [scope])
        assigned = sorted(
            (row for row in held_on(organisation.assignments, day) if row.product == product),
            key=lambda row: (row.start, row.squad),
        )
        squads = [Scope("squad", row.squad) for row in assigned]
        # What stands out in a squad stands out for the product that it works on.
        delivery = [kpi for kpi in panel.catalogue if kpi.member == "squad"]
        raising = {**readings, **panel.readings(delivery, squads)}
        own = [r for r in raising.values() if belongs(panel.catalogue[r.kpi], r.scope)]
        own, hushed = _hushed(panel, own, today or datetime.now(workspace.zone).date())
        names = {squad.squad: squad.name for squad in organisation.squads}
        return ProductPage(
            week=panel.week,
            weeks=panel.weeks,
            product=product,
            name=entry.name,
            line=entry.line,
            stage=entry.stage,
            vision=entry.vision,
            launched=entry.launched,
            owners=holders(organisation, scope, PRODUCT_ROLES, day),
            squads=tuple(
                (row.squad, names.get(row.squad, row.squad), row.start) for row in assigned
            ),
            freshness=panel.freshness,
            subjects=_subjects(panel, own, raising, [scope]),
            families=_cells(panel, scope, readings, list(panel.catalogue)),
            missing=_missing(panel, [scope, *squads]),
            muted=hushed,
        )


def six_twelve(
    workspace: Workspace, viewer: Viewer, kpi: str, scope: Scope, *, week: str | None = None
) -> SixTwelve:
    """The 6-12 chart of a KPI for a scope; raises VigieError for a KPI that does not exist."""
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        return six_twelve_of(panel, panel.catalogue[kpi], scope)


def _below(panel: Panel, scope: Scope) -> tuple[list[Scope], list[Scope]]:
    """The products and squads that a review of `scope` looks at, in the organisation's order."""
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
        found.append([Scope(kind, key) for key in known[kind] if key in held])
    return found[0], found[1]


def _hushed(
    panel: Panel, readings: Sequence[Reading], today: date
) -> tuple[list[Reading], tuple[Muted, ...]]:
    """The readings without those that are muted today, and the signals among the latter.

    What a muted signal explains of the company is muted with it.
    """
    mutes: dict[Key, Mute] = {
        (each.kpi, each.scope): each for each in muted(panel.connection, panel.viewer, on=today)
    }
    if not mutes:
        return list(readings), ()
    signals = telling(readings, panel.catalogue)
    told = {(r.kpi, r.scope) for r in signals}
    spoken = [
        r
        for r in readings
        if (r.kpi, r.scope) not in mutes and (not has_subject(r) or (r.kpi, r.scope) in told)
    ]
    return spoken, tuple(
        Muted(r, mutes[r.kpi, r.scope]) for r in signals if (r.kpi, r.scope) in mutes
    )


def _has_value(reading: Reading) -> bool:
    return reading.figure is not None and reading.figure.value is not None


def _subjects(
    panel: Panel,
    candidates: Sequence[Reading],
    readings: Mapping[Key, Reading],
    products: Sequence[Scope],
) -> tuple[Subject, ...]:
    found = chains(
        candidates,
        panel.catalogue,
        _parts(readings, products),
        [kpi.name for kpi in panel.review_kpis],
        _launched(panel),
    )
    if not found:
        return ()
    kpis, scopes = ({chain.lead.kpi for chain in found}, {chain.lead.scope for chain in found})
    held = open_decisions(panel.connection, panel.viewer, kpis=kpis, scopes=scopes, kind=None)
    said = read_comments(
        panel.connection, panel.viewer, kpis=kpis, scopes=scopes, periods=[panel.week.key]
    )
    names = names_of(panel.organisation)
    subjects = []
    for chain in found:
        kpi, explained = panel.catalogue[chain.lead.kpi], _explained(panel, chain, products)
        at = (chain.lead.kpi, chain.lead.scope)
        decisions = tuple(each for each in held if (each.kpi, each.scope) == at)
        subjects.append(
            Subject(
                reading=chain.lead,
                owners=holders(
                    panel.organisation, chain.lead.scope, [kpi.owner_role], panel.week.end
                ),
                drivers=explained.drivers if explained else (),
                also=chain.also,
                decided=sum(each.kind == DECISION for each in decisions),
                dimension=explained.dimension if explained else "",
                because=because(kpi, explained, names, panel.currency) if explained else None,
                decisions=decisions,
                comments=tuple(each for each in said if (each.kpi, each.scope) == at),
            )
        )
    return tuple(subjects)


def _launched(panel: Panel) -> dict[Scope, date]:
    """When products came."""
    return {
        Scope("product", product.product): product.launched
        for product in panel.organisation.products
        if product.launched
    }


def _parts(readings: Mapping[Key, Reading], products: Sequence[Scope]) -> dict[Scope, float]:
    """Each product's part of the recurring revenue of all of them."""
    sizes = {}
    for product in products:
        reading = readings.get((SIZE_KPI, product))
        if reading is not None and reading.figure is not None and reading.figure.value:
            sizes[product] = max(reading.figure.value, 0.0)
    whole = sum(sizes.values())
    return {product: size / whole for product, size in sizes.items()} if whole else {}


def _explained(panel: Panel, chain: Chain, products: Sequence[Scope]) -> Explanation | None:
    """What a subject's change since its last usual period came from, along the best dimension.

    A company or line is taken apart by its products or squads, everything by the dimensions that
    were published for it; a count of users, which has no parts, by who came and who left.
    """
    reading, kpi = chain.lead, panel.catalogue[chain.lead.kpi]
    now = reading.figure
    if now is None or now.value is None:
        return None
    known = {f.start: f for f in reading.history if f.closed and f.value is not None}
    _, signals = panel.limits(
        [kpi.name], [reading.scope], kpi.cadence, min(known, default=now.start), now.start
    )
    unusual = {start for (_, _, start), signal in signals.items() if signal.rule == 1}
    start = base_of(known, unusual, now.start)
    if start is None:
        return None
    base, before = (
        known[start],
        panel.calendar.previous(panel.calendar.period(kpi.cadence, now.start)),
    )
    moves = movements_of(kpi, panel.catalogue)
    if moves:
        told = panel.figures(moves.values(), [reading.scope], [now.grain], base.start, now.start)
        return _since(by_movements(moves, base, now, told), base, before)
    candidates: dict[str, list[Figure]] = {}
    if reading.scope.kind not in ("product", "squad"):
        members = (
            list(products)
            if kpi.member == "product"
            else [Scope("squad", squad.squad) for squad in panel.organisation.squads]
        )
        candidates[kpi.member] = panel.figures(
            [kpi.name], members, [now.grain], base.start, now.start
        )
    for dimension in kpi.dimensions:
        candidates[dimension] = panel.figures(
            [kpi.name], [reading.scope], [now.grain], base.start, now.start, dimension
        )
    return _since(explain(kpi, base, now, candidates), base, before)


def _since(explained: Explanation | None, base: Figure, before: Period) -> Explanation | None:
    """The explanation with the day it is counted from, where that is not the period before."""
    if explained is None or base.start == before.start:
        return explained
    return replace(explained, since=base.end)


def _missing(panel: Panel, scopes: Collection[Scope]) -> tuple[MissingData, ...]:
    return missing_data(
        read_coverage(panel.connection),
        panel.organisation,
        panel.catalogue,
        panel.calendar,
        panel.week,
        scopes,
    )


def _scorecard_row(panel: Panel, product: Scope, readings: Mapping[Key, Reading]) -> ScorecardRow:
    entry = next(p for p in panel.organisation.products if p.product == product.key)
    return ScorecardRow(
        scope=product,
        name=entry.name,
        owners=holders(panel.organisation, product, PRODUCT_ROLES, panel.week.end),
        cells=_cells(panel, product, readings, panel.review_kpis),
    )


def _cells(
    panel: Panel, scope: Scope, readings: Mapping[Key, Reading], kpis: Sequence[Kpi]
) -> tuple[ScorecardCell, ...]:
    """One cell per family; its status is that of its worst review KPI."""
    watched = {kpi.name for kpi in panel.review_kpis}
    cells = []
    for family in Family:
        found = tuple(
            readings[kpi.name, scope]
            for kpi in kpis
            if kpi.family is family and (kpi.name, scope) in readings
        )
        review = [r for r in found if r.kpi in watched]
        # What nothing could have given birth to, as sprints where there are none, is not missing.
        born = [r for r in review if r.figure is None or r.figure.reason != UNBORN]
        worst = min(born, key=lambda r: WORST_FIRST.index(r.status), default=None)
        cells.append(ScorecardCell(str(family), worst, found))
    return tuple(cells)
