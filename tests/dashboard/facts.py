"""A plausible review and product page, made by hand, for tests and for looking at the pages."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.session import scope_names
from dashboard.translation import translation
from dashboard.voice import Voice
from metrics.by_member import FeatureMap, FeatureUse, ThemeShare, ThemeShares
from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue.kpi import Catalogue, Family, Kind, Kpi, Text, Unit
from metrics.cohort_grid import CohortRow, CurvePoint, RetentionTable
from metrics.documents import FunnelTable, ProductUsage, TableStep
from metrics.explaining.drivers import Driver
from metrics.flow import CurrentSprint, Finished, Flow, InProgress, Pile
from metrics.format import formatter
from metrics.organisation import Assignment, Organisation, Ownership, Product, Squad
from metrics.organisation import Person as KnownPerson
from metrics.outlook import Outlook
from metrics.pages.bearings import Bearing, Bearings
from metrics.pages.owner import HeldRole, OwnerPage
from metrics.pages.portfolio import KeyResultState, Plans
from metrics.pages.preparation import Owed, Preparation
from metrics.pages.product_sides import Bridge, CapSide, Earnings, LifeMonth, SquadSprints, Step
from metrics.pages.review_facts import (
    Box,
    Freshness,
    MissingData,
    Person,
    Point,
    ProductPage,
    Review,
    ScorecardCell,
    ScorecardRow,
    SixTwelve,
    Subject,
)
from metrics.pages.signs import Score, advise, fact, judged
from metrics.pages.squad import PARTS, SquadPage
from metrics.plans import PlannedResult
from metrics.reading import Comparison, Limits, Reading, SignalFact
from metrics.register.decisions import Decision
from metrics.result import Figure, Scope

CALENDAR = Calendar()
WEEK = CALENDAR.period(Grain.WEEK, date(2026, 11, 12))
COMPANY = Scope("company", "")
FRESHNESS = Freshness(7, datetime(2026, 11, 16, 7, 12, tzinfo=UTC), 12)


def kpi(
    name: str,
    en: str,
    fr: str,
    family: Family,
    kind: Kind,
    unit: Unit,
    direction: int,
    *,
    owner: str = "PM",
    member: str = "product",
    review: bool = True,
) -> Kpi:
    return Kpi(
        name=name,
        label=Text(en, fr),
        meaning=Text(f"{en}, as a definition.", f"{fr}, en toutes lettres."),
        family=family,
        kind=kind,
        unit=unit,
        direction=direction,
        cadence=Grain.WEEK,
        grains=(Grain.WEEK, Grain.MONTH),
        member=member,
        owner_role=owner,
        parents=(),
        dimensions=(),
        datasets=("events",),
        review=review,
        published=True,
        calculation={},
        definition="d0",
        source="catalogue/test.yml:1",
    )


KPIS = (
    kpi("mrr", "MRR", "MRR", Family.PRODUCT_PERFORMANCE, Kind.STOCK, Unit.MONEY, 1),
    kpi(
        "active_users",
        "Active users",
        "Utilisateurs actifs",
        Family.PRODUCT_PERFORMANCE,
        Kind.DISTINCT,
        Unit.COUNT,
        1,
    ),
    kpi(
        "activation_rate",
        "Activation",
        "Activation",
        Family.PRODUCT_PERFORMANCE,
        Kind.COHORT,
        Unit.RATE,
        1,
    ),
    kpi("nps", "NPS", "NPS", Family.USER_EXPERIENCE, Kind.SCORE, Unit.SCORE, 1),
    kpi("win_rate", "Win rate", "Taux de gain", Family.MARKET, Kind.RATIO, Unit.RATE, 1),
    kpi(
        "engagement_score",
        "Engagement",
        "Engagement",
        Family.TEAMS,
        Kind.SCORE,
        Unit.SCORE,
        1,
        owner="squad lead",
        member="squad",
    ),
    kpi(
        "cycle_time_p50",
        "Cycle time (median)",
        "Temps de cycle (médiane)",
        Family.DELIVERY,
        Kind.QUANTILE,
        Unit.DAYS,
        -1,
        owner="PO",
        member="squad",
    ),
    kpi(
        "sprint_predictability",
        "Sprint say/do",
        "Taux de tenue du sprint",
        Family.DELIVERY,
        Kind.RATIO,
        Unit.RATE,
        1,
        owner="PO",
        member="squad",
        review=False,
    ),
)
CATALOGUE = Catalogue({entry.name: entry for entry in KPIS})
LEVELS = {
    "mrr": 1_840_000.0,
    "active_users": 23_400.0,
    "activation_rate": 0.475,
    "nps": 31.0,
    "win_rate": 0.34,
    "engagement_score": 7.2,
    "cycle_time_p50": 4.6,
    "sprint_predictability": 0.86,
}
PRODUCTS = ("atelier", "balise", "cadran", "dorade", "estran")
ORGANISATION = Organisation(
    products=tuple(
        Product(key, key.title(), line="Studio" if key < "c" else "Terrain") for key in PRODUCTS
    ),
    squads=(Squad("dune", "Dune"), Squad("crique", "Crique")),
    people=(KnownPerson("c-morel", "C. Morel"), KnownPerson("l-petit", "L. Petit")),
    assignments=(Assignment("dune", "atelier", date(2025, 1, 6)),),
    ownerships=(
        Ownership("c-morel", "PM", "product", "atelier", date(2025, 3, 3)),
        Ownership("l-petit", "PO", "product", "atelier", date(2026, 6, 1)),
    ),
)
NAMES = {
    **scope_names(ORGANISATION, "Groupe Rivage"),
    Scope("country", "DE"): "Germany",
}


def voice(language: str) -> Voice:
    return Voice(
        words=translation(language),
        format=formatter(language, "EUR"),
        catalogue=CATALOGUE,
        names=NAMES,
        zone=ZoneInfo("Europe/Paris"),
    )


def weeks_back(count: int, last: Period = WEEK) -> list[Period]:
    return [
        CALENDAR.period(last.grain, last.start - timedelta(7 * back))
        for back in range(count - 1, -1, -1)
    ]


def figure(name: str, scope: Scope, period: Period, value: float | None, **more: object) -> Figure:
    return Figure(
        name,
        scope,
        period.grain,
        period.key,
        period.start,
        period.end,
        value,
        **more,  # type: ignore[arg-type]
    )


def history(name: str, scope: Scope, last: float | None = None) -> tuple[Figure, ...]:
    """26 weeks that wave a little about the KPI's level; `last` replaces the newest."""
    level, phase = LEVELS[name], sum(map(ord, scope.key + name)) % 7
    values: list[float | None] = [
        level * (1 + 0.03 * math.sin(1.7 * index + phase)) for index in range(26)
    ]
    if last is not None:
        values[-1] = last
    return tuple(
        figure(name, scope, period, value)
        for period, value in zip(weeks_back(26), values, strict=True)
    )


def comparison(base: Figure, now: float, in_points: bool) -> Comparison:
    assert base.value is not None
    change = now - base.value
    return Comparison(base, change, None if in_points else change / base.value)


def reading(
    name: str, scope: Scope, last: float | None = None, direction: int = 0, status: str = "steady"
) -> Reading:
    entry, past = CATALOGUE[name], history(name, scope, last)
    now = past[-1].value
    assert now is not None
    limits = Limits(LEVELS[name], LEVELS[name] * 0.93, LEVELS[name] * 1.09, provisional=False)
    return Reading(
        kpi=name,
        scope=scope,
        figure=past[-1],
        previous=comparison(past[-2], now, entry.unit.compares_in_points),
        prior_year=comparison(past[0], now, entry.unit.compares_in_points),
        limits=limits,
        signal=SignalFact(1, direction, limits) if direction else None,
        status=status,
        history=past,
    )


ATELIER = Scope("product", "atelier")
PM = Person("c-morel", "C. Morel", "PM", date(2025, 3, 3))
PO = Person("l-petit", "L. Petit", "PO", date(2026, 6, 1))


def activation_subject() -> Subject:
    fall = reading("activation_rate", ATELIER, 0.413, -1, "worse")
    base = figure("activation_rate", ATELIER, weeks_back(2)[0], 0.475)
    return Subject(
        reading=Reading(
            **{
                **fall.__dict__,
                "previous": Comparison(base, -0.062, None),
                "signal": SignalFact(1, -1, Limits(0.48, 0.44, 0.52, provisional=False)),
            }
        ),
        owners=(PM,),
        drivers=(
            Driver(Scope("country", "DE"), -0.049, 0.79),
            Driver(Scope("country", "FR"), -0.013, 0.21),
        ),
        because=Text(
            "Of −6.2 points, −4.9 points from DE, −1.3 points from FR.",
            "Sur −6,2 points, −4,9 points pour DE, −1,3 point pour FR.",
        ),
        also=(reading("active_users", ATELIER, 21_000.0, -1, "worse"),),
        decided=0,
    )


def vacancy_subject() -> Subject:
    return Subject(
        reading=reading("cycle_time_p50", Scope("squad", "dune"), 7.9, 1, "worse"),
        owners=(),
        drivers=(),
        also=(),
        decided=2,
    )


def good_subject() -> Subject:
    return Subject(
        reading=reading("active_users", Scope("product", "estran"), 29_000.0, 1, "better"),
        owners=(Person("a-roy", "A. Roy", "PM", None),),
        drivers=(Driver(Scope("country", "DE"), 4000.0, 0.62),),
        because=Text("Of +6,450, +4,000 from DE.", "Sur +6 450, +4 000 pour DE."),
        also=(),
        decided=1,
    )


def cells(scope: Scope) -> tuple[ScorecardCell, ...]:
    found = []
    for family in Family:
        readings = tuple(
            reading(entry.name, scope)
            for entry in KPIS
            if entry.family is family and entry.member == "product"
        )
        if family is Family.PRODUCT_PERFORMANCE and scope == ATELIER:
            readings = (activation_subject().reading, *readings[:2])
        if family is Family.MARKET and scope.key == "balise":
            nothing = figure("win_rate", scope, WEEK, None, reason="gap")
            readings = (Reading("win_rate", scope, nothing, None, None, None, None, "no_data", ()),)
        found.append(ScorecardCell(family, readings[0] if readings else None, readings))
    return tuple(found)


def missing_usage() -> MissingData:
    return MissingData(
        ATELIER, "Atelier", "events", date(2026, 11, 12), datetime(2026, 11, 11, 8, tzinfo=UTC)
    )


def review(scope: Scope = COMPANY) -> Review:
    return Review(
        week=WEEK,
        weeks=tuple(reversed(weeks_back(12))),
        scope=scope,
        freshness=FRESHNESS,
        headline=tuple(
            reading(name, scope) for name in ("mrr", "active_users", "activation_rate", "nps")
        ),
        judged=41,
        attention=3,
        subjects=(activation_subject(), vacancy_subject(), good_subject()),
        missing=(missing_usage(),),
        scorecard=tuple(
            ScorecardRow(
                product, NAMES[product], (PM, PO) if key == "atelier" else (), cells(product)
            )
            for key in PRODUCTS
            for product in [Scope("product", key)]
        ),
        steady=tuple(reading(entry.name, ATELIER) for entry in KPIS[3:5]),
    )


def empty_review() -> Review:
    return Review(
        week=WEEK,
        weeks=(),
        scope=COMPANY,
        freshness=Freshness(0, FRESHNESS.published_at, 0),
        headline=(),
        judged=0,
        attention=0,
        subjects=(),
        missing=(),
        scorecard=(),
        steady=(),
    )


def product_page(product: str = "atelier") -> ProductPage:
    scope = Scope("product", product)
    return ProductPage(
        week=WEEK,
        weeks=tuple(reversed(weeks_back(12))),
        product=product,
        name=NAMES.get(scope, product),
        line="Studio",
        stage="growth",
        vision="Every workshop plans its week in one place.",
        launched=date(2021, 4, 1),
        owners=(PM,),
        squads=(("dune", "Dune", date(2025, 1, 6)),),
        freshness=FRESHNESS,
        subjects=(activation_subject(),),
        families=cells(scope),
        missing=(missing_usage(),),
    )


def retention_table() -> RetentionTable:
    """Four cohorts of 200; of each, fewer and fewer came back, as far as its weeks are closed."""
    back = (200, 96, 81, 70)
    cohorts = tuple(
        CohortRow(
            period.key,
            period.start,
            period.end,
            tuple(back[: 4 - at]) + (None,) * at,
            (None,) * 4 if not at else (200, *back[1 : 4 - at]) + (None,) * at,
        )
        for at, period in enumerate(weeks_back(4))
    )
    curve = tuple(
        CurvePoint(later, 200 * (4 - later), back[later] * (4 - later)) for later in range(4)
    )
    since = tuple(
        CurvePoint(later, 200 * (3 - later), back[later] * (3 - later)) for later in (0, 1, 2)
    )
    return RetentionTable(cohorts, curve, since)


def mrr_bridge() -> Bridge:
    month = CALENDAR.period(Grain.MONTH, date(2026, 10, 12))
    return Bridge(
        figure("mrr", ATELIER, month, 1_840_000.0),
        1_800_000.0,
        (Step("new_mrr", 60_000.0), Step("fx_mrr", 0.0), Step("churned_mrr", -20_000.0)),
    )


def cap_side() -> CapSide:
    return CapSide(
        north_star=reading("active_users", ATELIER),
        inputs=(reading("activation_rate", ATELIER),),
        outlooks=(
            Outlook(
                "mrr", ATELIER, CALENDAR.period(Grain.QUARTER, date(2026, 11, 12)), 2, None, None,
                1_900_000.0, 1_850_000.0, 1_950_000.0, 1_700_000.0, 1_880_000.0, None, 20_000.0,
                None, 0.71, "uncertain",
            ),
        ),
        usage=ProductUsage(
            retention_table(),
            FunnelTable(
                date(2026, 8, 10),
                date(2026, 11, 1),
                14,
                (TableStep("Signed up", 400, None, None), TableStep("Planned", 300, 9e4, 7200.0)),
            ),
            None,
        ),
        bridge=mrr_bridge(),
        features=FeatureMap(
            "2026-10", date(2026, 10, 1), date(2026, 10, 31),
            (FeatureUse("Board", 0.8, 5.4, 320), FeatureUse("Export", 0.0, None, 0)),
        ),
        themes=ThemeShares(
            "2026-10", date(2026, 10, 1), date(2026, 10, 31), 40,
            (ThemeShare("speed", 0.25, 0.2, 10), ThemeShare("price", 0.1, None, 4)),
        ),
        theme_labels={"speed": Text("Speed", "Rapidité")},
        lifecycle=(
            LifeMonth(date(2026, 9, 1), 60, 300, 20, 40),
            LifeMonth(date(2026, 10, 1), 70, 320, 25, 60),
        ),
        earnings=Earnings(
            figure("mrr", ATELIER, CALENDAR.period(Grain.MONTH, date(2026, 10, 12)), 40_000.0),
            28_000.0, -5_000.0,
        ),
    )  # fmt: skip


def plans() -> Plans:
    """One key result of a product and one of the company."""
    quarter = CALENDAR.period(Grain.QUARTER, date(2026, 11, 12))
    results = tuple(
        KeyResultState(
            PlannedResult(
                "Be recommended", name, product, quarter.start, quarter.end, 31.0, 41.0, 36.0,
                date(2026, 11, 9), None,
            ),
            36.0, 0.5, 0.49,
        )
        for name, product in (("Five partners", "atelier"), ("Two awards", None))
    )  # fmt: skip
    return Plans(quarter.key, (quarter,), False, (), results)


def cadence_side() -> tuple[SquadSprints, ...]:
    dune = Scope("squad", "dune")
    sprints = tuple(
        Figure(
            "sprint_predictability", dune, "sprint", f"{period.start}/{period.end}",
            period.start, period.end, 0.8 + 0.02 * at,
        )
        for at, period in enumerate(weeks_back(6))
    )  # fmt: skip
    return (
        SquadSprints(dune, (reading("sprint_predictability", dune),), sprints, flow()),
        SquadSprints(Scope("squad", "crique"), (), ()),
    )


def flow() -> Flow:
    """Three days of a squad's work."""
    last = date(2026, 11, 15)
    return Flow(
        until=last,
        sprint=CurrentSprint(
            "Dune 12", date(2026, 11, 2), last, "Ship the search", True, 20.0, 15.0, 4.0, 1.0,
            18.0, 9.0,
        ),
        finished=(
            *(
                Finished(f"D-{days}", "Story", last - timedelta(at), days)
                for at, days in enumerate((1, 2, 3, 10))
            ),
            Finished("D-0", "Bug", last, None),
        ),
        in_progress=(
            InProgress("D-20", "Story", last - timedelta(12), 12, True),
            InProgress("D-21", "Bug", last - timedelta(3), 3, False),
        ),
        piles=tuple(Pile(last - timedelta(2 - at), 5 - at, 2, 3 * at) for at in range(3)),
    )  # fmt: skip


def bearings() -> Bearings:
    """One product that needs a clearer heading, one of which too little is known."""
    heading = (
        fact("vision", True), fact("north_star", True), fact("targets", False),
        judged("objectives", -0.24, 0.34, 0.58, "okr_progress"),
        judged("linked_initiatives", 0.4, 2, 5, "linked_initiatives"),
        judged("roadmap_stability", None),
    )  # fmt: skip
    pace = (
        judged("commitment_kept", 0.86, 202, 235, "sprint_predictability"),
        judged("cycle_time_stability", 1.0, 1.0, 13, "cycle_time_p85"),
        judged("ready_backlog", 2.1, kpi="backlog_readiness"),
        judged("scope_change", 0.12, 29, 235, "scope_change"),
        judged("escaped_defects", 0.28, 17, 61, "escaped_defects_rate"),
    )
    unknown = Score(tuple(judged(sign.name, None) for sign in pace))
    return Bearings(
        WEEK,
        tuple(reversed(weeks_back(12))),
        (
            Bearing(ATELIER, "Atelier", Score(heading), Score(pace),
                    advise(2, 1, 0, ["delays"]), (PM,), ()),
            Bearing(Scope("product", "balise"), "Balise", Score(heading), unknown,
                    advise(1, 1, 1, []), (PM,), (PM,)),
        ),
    )  # fmt: skip


def preparation(today: date = date(2026, 11, 23)) -> Preparation:
    """Two exports late, one due in three days, and a review that knows a part."""
    owed = [
        Owed(
            dataset, ATELIER, "Atelier", "PM", (PM,), date(2026, 11, 16), due,
            datetime(2026, 11, 16, 7, tzinfo=UTC), ("mixpanel",),
        )
        for dataset, due in (
            ("events", date(2026, 11, 22)),
            ("users", date(2026, 11, 22)),
            ("ledger", date(2026, 11, 26)),
        )
    ]  # fmt: skip
    return Preparation(
        today,
        WEEK,
        tuple(owed),
        (
            reading("mrr", COMPANY),
            replace(
                reading("active_users", COMPANY, status="partial"),
                figure=figure(
                    "active_users",
                    COMPANY,
                    WEEK,
                    2000.0,
                    closed=False,
                    reason="partial_members:4/5",
                ),
            ),
        ),
    )


def owner_page() -> OwnerPage:
    """A PM with one product, one target and one open decision."""
    scope = Scope("owner", "PM:c-morel")
    return OwnerPage(
        week=WEEK,
        weeks=tuple(reversed(weeks_back(12))),
        scope=scope,
        name="C. Morel",
        role="PM",
        also=("squad lead",),
        held=(HeldRole(ATELIER, date(2025, 3, 3), None),),
        products=(ATELIER,),
        squads=(Scope("squad", "dune"),),
        families=cells(scope),
        outlooks=cap_side().outlooks,
        decisions=(
            Decision(
                1, "activation_rate", ATELIER, "Shorten the first screen", "", "C. Morel",
                date(2026, 12, 3), datetime(2026, 11, 16, 9), "cpo",
            ),
        ),
        transferred=(),
    )  # fmt: skip


def squad_page(squad: str = "dune") -> SquadPage:
    """A squad of which nothing was imported."""
    scope = Scope("squad", squad)
    return SquadPage(
        week=WEEK,
        weeks=tuple(reversed(weeks_back(12))),
        squad=scope,
        name=NAMES.get(scope, squad),
        owners=(),
        serves=(),
        members=(),
        parts=dict.fromkeys(PARTS, ()),
        sprints=SquadSprints(scope, (), ()),
    )


def six_twelve(name: str = "activation_rate", scope: Scope = ATELIER) -> SixTwelve:
    level = LEVELS[name]
    weeks = list(weeks_back(6))
    months = [CALENDAR.period(Grain.MONTH, date(2026, 11, 12))]
    while len(months) < 12:
        months.insert(0, CALENDAR.previous(months[0]))
    points = [
        Point(
            figure(name, scope, period, level * (1 + 0.02 * index % 0.05)),
            level * 0.97,
            level * 1.05,
        )
        for index, period in enumerate(weeks)
    ]
    points[2] = Point(figure(name, scope, weeks[2], None, reason="gap"), level * 0.96, level * 1.05)
    monthly = [
        Point(
            figure(name, scope, period, level * (0.95 + 0.01 * index), closed=index < 11),
            level * 0.93,
            level * 1.05,
        )
        for index, period in enumerate(months)
    ]
    return SixTwelve(
        kpi=name,
        scope=scope,
        weeks=tuple(points),
        months=tuple(monthly),
        limits=Limits(level, level * 0.93, level * 1.09, provisional=False),
        boxes=(
            Box("last_week", level, None, None, None),
            Box("wow", None, None, -0.062, None),
            Box("yoy", None, 0.034, None, None),
            Box("mtd", level, 0.01, None, None),
            Box("qtd", None, None, None, "not_published"),
            Box("ytd", level, 0.02, None, None),
        ),
    )
