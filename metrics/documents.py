"""Documents: what is published beside figures because it is no single one.

A product's retention table, funnel, features and themes, plans, how work flows through squads, and
where KPIs will stand. They are computed with the publication, written only when they changed, and
read by viewer as figures are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pandas as pd
from pydantic import TypeAdapter

from metrics.access import LOCAL_CPO, Viewer
from metrics.by_member import BREADTH, SHARE, by_member_frames
from metrics.catalogue.kpi import Catalogue, Kpi, Text
from metrics.cohort_grid import RetentionTable, retention_table
from metrics.errors import VigieError, unknown
from metrics.flow import flow_frames
from metrics.frames import document_row
from metrics.journeys.audience import Audience
from metrics.journeys.declared import declared_steps, declared_window
from metrics.journeys.funnel import DAY_SECONDS, Funnel, funnel
from metrics.journeys.session import Session
from metrics.organisation import MOST_FUNNEL_STEPS, Organisation
from metrics.outlook import outlook_frames
from metrics.plans import plan_frames
from metrics.register.documents import read_documents
from metrics.register.organisation import load_organisation
from metrics.result import Scope
from metrics.setting import Setting
from metrics.workspace import Workspace

RETENTION, FUNNEL = "retention_table", "funnel_table"
#: The KPIs whose definitions the documents follow.
RETENTION_KPI, FUNNEL_KPI = "retention_w1", "conversion_rate"
#: Days of entries that a published funnel looks at, the last ones whose windows have passed.
FUNNEL_DAYS = 84

DECLARE_FUNNEL = Text(
    "This product declares no funnel. Name its steps in products.csv, column funnel_steps: event "
    f"names in order, separated by ';', 2 to {MOST_FUNNEL_STEPS} of them.",
    "Ce produit ne déclare pas d’entonnoir. Nommez ses étapes dans products.csv, colonne "
    "funnel_steps : les événements dans l’ordre, séparés par « ; », de 2 à "
    f"{MOST_FUNNEL_STEPS}.",
)


@dataclass(frozen=True)
class TableStep:
    """One step: users that got so far, and their mean and median seconds from the step before."""

    event: str
    users: int
    mean_seconds: float | None
    median_seconds: float | None


@dataclass(frozen=True)
class FunnelTable:
    """A product's declared funnel over entries from `since` to `until`, all windows passed."""

    since: date
    until: date
    window_days: int
    steps: tuple[TableStep, ...]

    @property
    def conversion_rate(self) -> float | None:
        return self.steps[-1].users / self.steps[0].users if self.steps[0].users else None


@dataclass(frozen=True)
class ProductUsage:
    """How a product keeps and converts its users; `signpost` says what to declare to see more."""

    retention: RetentionTable | None
    funnel: FunnelTable | None
    signpost: Text | None


_RETENTION, _FUNNEL = TypeAdapter(RetentionTable), TypeAdapter(FunnelTable)


def document_frames(
    connection: duckdb.DuckDBPyConnection,
    setting: Setting,
    workspace: Workspace,
    publication: int,
    passed: Collection[tuple[str, str]] = (),
) -> Iterator[pd.DataFrame]:
    """Every document of a publication, with the columns kpi, definition, scope_kind, scope, grain,
    dimension (its kind), member, start, body; without those that are `passed` over."""
    makers: tuple[tuple[str, str, Callable[[Kpi, str], tuple[date, str] | None]], ...] = (
        (RETENTION, RETENTION_KPI, lambda kpi, key: _retention(connection, setting, kpi, key)),
        (FUNNEL, FUNNEL_KPI, lambda kpi, key: _funnel(connection, setting, workspace, key)),
    )
    for kind, name, make in makers:
        if name not in setting.catalogue:
            continue
        kpi = setting.catalogue[name]
        if (name, str(kpi.cadence)) in passed:
            continue
        rows: list[dict[str, object]] = []
        for product in setting.organisation.products:
            made = make(kpi, product.product)
            if made is not None:
                rows.append(
                    document_row(kpi, Scope("product", product.product), kpi.cadence, kind, *made)
                )
        if rows:
            yield pd.DataFrame(rows)
    yield from by_member_frames(connection, setting, passed)
    yield from plan_frames(connection, setting)
    yield from flow_frames(connection, setting)
    yield from outlook_frames(setting, workspace, publication)


def passed_over(
    catalogue: Catalogue, unchanged: Collection[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """The KPIs and grains whose tables and funnels stay: what the KPI is made of, in its
    own cadence, is what they are made of, and did not change."""
    names = {RETENTION_KPI, FUNNEL_KPI, BREADTH, SHARE}
    own = {(kpi.name, str(kpi.cadence)) for kpi in catalogue if kpi.name in names}
    return frozenset(own & set(unchanged))


def _retention(
    connection: duckdb.DuckDBPyConnection, setting: Setting, kpi: Kpi, product: str
) -> tuple[date, str] | None:
    table = retention_table(connection, setting, kpi, product)
    if table is None or not table.cohorts:
        return None
    return table.cohorts[-1].start, _RETENTION.dump_json(table).decode()


def _funnel(
    connection: duckdb.DuckDBPyConnection, setting: Setting, workspace: Workspace, product: str
) -> tuple[date, str] | None:
    if not any(each.product == product and each.funnel for each in setting.organisation.products):
        return None
    steps = declared_steps(setting.organisation, product)
    days = setting.coverage.days("events", "product", product)
    first = setting.coverage.first
    if days is None or first is None:
        return None
    window_days = declared_window(setting.organisation, product)
    last = first + timedelta(int(days.nonzero()[0][-1]) - window_days)
    session = Session(connection, setting, workspace.zone, LOCAL_CPO)
    since = last - timedelta(FUNNEL_DAYS - 1)
    try:
        found = funnel(
            session,
            Funnel(
                steps, window_days * DAY_SECONDS, since=since, until=last,
                audience=Audience(Scope("product", product)),
            ),
        )  # fmt: skip
    except VigieError:
        return None  # nothing is known of the product on these days
    table = FunnelTable(
        since,
        last,
        window_days,
        tuple(
            TableStep(named.event or "", step.units, step.mean_seconds, step.median_seconds)
            for named, step in zip(steps, found.steps, strict=True)
        ),
    )
    return since, _FUNNEL.dump_json(table).decode()


def product_usage(
    workspace: Workspace, viewer: Viewer, product: str, organisation: Organisation | None = None
) -> ProductUsage:
    """A product's published retention and funnel; raises VigieError when there is no such product.

    Either is None where nothing was published for it, or the viewer may not see it.
    """
    with workspace.register.connect() as connection:
        known = organisation or load_organisation(connection)
        entry = next((each for each in known.products if each.product == product), None)
        if entry is None:
            raise unknown("product", product, [each.product for each in known.products], "")
        scopes = [Scope("product", product)]
        retention = read_documents(connection, viewer, RETENTION, scopes=scopes)
        found = read_documents(connection, viewer, FUNNEL, scopes=scopes)
    return ProductUsage(
        _RETENTION.validate_json(retention[-1].body) if retention else None,
        _FUNNEL.validate_json(found[-1].body) if found else None,
        None if entry.funnel else DECLARE_FUNNEL,
    )
