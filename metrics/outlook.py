"""Where KPIs will stand at the end of the present month and quarter, published for pages to read.

For the review's KPIs, those in money that add up over time, and those with a target or budget. What
is published is the actual to date and how the forecast is spread; targets and budgets are laid
beside it when it is read, so that one set on screen counts at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa
from pydantic import TypeAdapter

from metrics.access import LOCAL_CPO, Viewer
from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue.kpi import Catalogue, Kpi, Unit
from metrics.course import TO_DATE, WITHIN, bounds_of, course_of
from metrics.definitions import catalogue_of
from metrics.frames import document_row
from metrics.grains import adds_over_time
from metrics.pace import Landing, pace_of
from metrics.register.documents import Document, read_documents
from metrics.register.review_choice import review_kpis
from metrics.register.series import read_figures
from metrics.register.targets import Held, SetTarget, targets_held
from metrics.result import Figure, Scope
from metrics.setting import Setting
from metrics.subjects import belongs, is_multiple
from metrics.workspace import Workspace

OUTLOOK = "landing"
PERIODS = (Grain.MONTH, Grain.QUARTER)
SCOPES = ("company", "product", "squad")
#: Figures are published to so many digits: the fit's last ones differ from machine to machine.
DIGITS = 9


@dataclass(frozen=True)
class Ahead:
    """What is published: see `Outlook`. It lands around `expected`, with a standard deviation, and
    not below `least`."""

    actual: float | None
    left: int
    expected: float
    spread: float
    prior_year: float | None
    least: float | None = None


@dataclass(frozen=True)
class Outlook:
    """Where a KPI will stand at a period's end, beside what was wanted of it.

    `actual` is what has flowed, or was counted, until the end of the last week that is closed, None
    where that means nothing; `forecast` is the rest to come, None for what does not add up over
    time. `landing` is where it will most likely stand, `low` to `high` hold
    four chances in five. `prior_year` is what it is compared with (see `prior_year_of`). The gaps
    are landing less target or budget; `chance` and `verdict` (yes, no, uncertain) are of the
    target, of the budget where no target is set.
    """

    kpi: str
    scope: Scope
    period: Period
    left: int  # periods of the forecast still to come
    actual: float | None
    forecast: float | None
    landing: float
    low: float
    high: float
    prior_year: float | None
    target: float | None
    budget: float | None
    gap_to_target: float | None
    gap_to_budget: float | None
    chance: float | None
    verdict: str | None

    def beside(self, wanted: float | None) -> Beside | None:
        """How the landing stands beside a budget, a target or the prior year, where there is one;
        a part of it needs one above 0."""
        if wanted is None:
            return None
        gap = self.landing - wanted
        return Beside(gap, gap / wanted if wanted > 0 else None)


@dataclass(frozen=True)
class Beside:
    """A landing less something wanted: in the KPI's unit, and as a part of what was wanted."""

    gap: float
    part: float | None


_AHEAD = TypeAdapter(Ahead)


def outlook_frames(
    setting: Setting, workspace: Workspace, publication: int
) -> Iterator[pd.DataFrame]:
    """Documents of every outlook, one frame a KPI, from the figures of a publication.

    KPIs of the review and those with a target anywhere are looked ahead of for every scope, and so
    are sums of money, a budget for which may come at any time.
    """
    last = setting.coverage.last
    if last is None:
        return
    periods = [setting.calendar.period(grain, last) for grain in PERIODS]
    with workspace.register.connect() as connection:
        chosen = {
            kpi.name
            for kpi in review_kpis(connection, workspace.settings.review_kpis, setting.catalogue)
        }
        chosen |= {target.kpi for target in setting.organisation.targets}
        for kpi in setting.catalogue:
            in_money = kpi.unit is Unit.MONEY and adds_over_time(kpi, setting.catalogue)
            if (kpi.name not in chosen and not in_money) or is_multiple(kpi):
                continue
            rows = _rows(connection, setting, kpi, periods, publication)
            if rows:
                yield pd.DataFrame(rows)


def _rows(
    connection: sa.Connection,
    setting: Setting,
    kpi: Kpi,
    periods: Sequence[Period],
    publication: int,
) -> list[dict[str, object]]:
    wanted = {period.grain for period in periods}
    wanted |= {grain for each in wanted for grain in (*WITHIN[each], TO_DATE[each])}
    found: dict[Scope, dict[str, list[Figure]]] = {}
    for figure in read_figures(
        connection, LOCAL_CPO, kpis=[kpi.name], grains=wanted, publication=publication
    ):
        if figure.scope.kind in SCOPES and belongs(kpi, figure.scope):
            found.setdefault(figure.scope, {}).setdefault(figure.grain, []).append(figure)
    rows: list[dict[str, object]] = []
    for scope, by_grain in sorted(found.items()):
        if setting.organisation.had_ended(*scope, periods[0].end):
            continue
        for figures in by_grain.values():
            figures.sort(key=lambda figure: figure.end)
        for period in periods:
            course = course_of(kpi, setting.catalogue, setting.calendar, period, by_grain)
            if course is None:
                continue
            landing = course.landing
            ahead = Ahead(
                None if course.actual is None else _rounded(course.actual),
                course.left,
                _rounded(landing.expected),
                _rounded(landing.spread),
                prior_year_of(
                    by_grain.get(str(period.grain), []), setting.calendar.prior_year(period)
                ),
                landing.least,
            )
            body = _AHEAD.dump_json(ahead).decode()
            rows.append(document_row(kpi, scope, period.grain, OUTLOOK, period.start, body))
    return rows


def prior_year_of(figures: Iterable[Figure], period: Period) -> float | None:
    """The closed figure of the same period a year earlier, among those of its grain."""
    own = next((each for each in figures if each.start == period.start), None)
    return own.value if own is not None and own.closed else None


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def outlooks(
    workspace: Workspace,
    viewer: Viewer,
    *,
    catalogue: Catalogue | None = None,
    kpis: Iterable[str] | None = None,
    scopes: Iterable[Scope] | None = None,
    grains: Iterable[str] | None = None,
) -> tuple[Outlook, ...]:
    """The published outlooks that `viewer` may see, by KPI, scope and period.

    Raises VigieError for a KPI that does not exist. A KPI with too few closed figures has none.
    """
    definitions = catalogue or catalogue_of(workspace)
    names = None if kpis is None else [definitions[name].name for name in kpis]
    places = None if scopes is None else list(scopes)
    settings = workspace.settings
    calendar = Calendar(settings.first_weekday, settings.fiscal_year_start)
    wanted = None if grains is None else {str(grain) for grain in grains}
    with workspace.register.connect() as connection:
        documents = read_documents(connection, viewer, OUTLOOK, kpis=names, scopes=places)
        held = targets_held(connection, viewer, kpis=names, scopes=places)
    return tuple(
        _outlook(definitions[document.kpi], document, calendar, held)
        for document in documents
        if document.kpi in definitions and (wanted is None or document.grain in wanted)
    )


def _outlook(
    kpi: Kpi, document: Document, calendar: Calendar, held: Mapping[Held, SetTarget]
) -> Outlook:
    period = calendar.period(Grain(document.grain), document.start)
    ahead = _AHEAD.validate_json(document.body)

    def wanted(kind: str) -> float | None:
        found = held.get(Held(kpi.name, document.scope, period.key, kind))
        return None if found is None else found.value

    target, budget = wanted("target"), wanted("budget")
    pace = pace_of(
        Landing(ahead.expected, ahead.spread, ahead.least),
        target=budget if target is None else target,
        direction=kpi.direction or 1,
        bounds=bounds_of(kpi),
    )
    landing = pace.expected
    return Outlook(
        kpi=kpi.name,
        scope=document.scope,
        period=period,
        left=ahead.left,
        actual=ahead.least if ahead.actual is None else ahead.actual,
        forecast=None if ahead.actual is None else landing - ahead.actual,
        landing=landing,
        low=pace.low,
        high=pace.high,
        prior_year=ahead.prior_year,
        target=target,
        budget=budget,
        gap_to_target=None if target is None else landing - target,
        gap_to_budget=None if budget is None else landing - budget,
        chance=pace.chance,
        verdict=pace.verdict,
    )
