"""What is planned, published as documents: each product's roadmap, each objective's key results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import duckdb
import pandas as pd
import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlglot import exp

from metrics import pinning
from metrics.access import Viewer
from metrics.frames import document_row
from metrics.functions.objectives import day_of, number_of, text_of
from metrics.models import as_kept, inlined
from metrics.register.documents import read_documents
from metrics.result import Scope
from metrics.roadmap import Initiative, read_roadmap
from metrics.scopes import COMPANY
from metrics.setting import Setting

ROADMAP, KEY_RESULTS = "roadmap", "key_results"
#: The KPIs that the documents stand beside.
ROADMAP_KPI, KEY_RESULTS_KPI = "linked_initiatives", "okr_progress"
#: A plan is of no period: its documents are the present ones.
ALWAYS = date(2000, 1, 1)


@dataclass(frozen=True)
class PlannedResult:
    """One key result as its newest export shows it; `kpi` is the KPI that it reads, if any."""

    objective: str | None
    name: str
    product: str | None  # None: the company's
    start: date
    end: date
    start_value: float
    target_value: float
    typed: float | None  # the current value that the export says
    observed: date
    kpi: str | None


_ROADMAP, _RESULTS = TypeAdapter(list[Initiative]), TypeAdapter(list[PlannedResult])


def plan_frames(connection: duckdb.DuckDBPyConnection, setting: Setting) -> Iterator[pd.DataFrame]:
    """The documents of all plans, one per product, and one for what is the company's."""
    known = {product.product for product in setting.organisation.products}
    found: tuple[tuple[str, str, list[Any], TypeAdapter[Any]], ...] = (
        (ROADMAP, ROADMAP_KPI, read_roadmap(connection, setting.models), _ROADMAP),
        (KEY_RESULTS, KEY_RESULTS_KPI, _planned_results(connection, setting), _RESULTS),
    )
    for kind, name, everything, adapter in found:
        if name not in setting.catalogue:
            continue
        kpi = setting.catalogue[name]
        of: dict[Scope, list[Any]] = {}
        for each in everything:
            scope = Scope("product", each.product) if each.product in known else COMPANY
            of.setdefault(scope, []).append(each)
        rows = [
            document_row(kpi, scope, kpi.cadence, kind, ALWAYS, adapter.dump_json(own).decode())
            for scope, own in sorted(of.items())
        ]
        if rows:
            yield pd.DataFrame(rows)


def _planned_results(
    connection: duckdb.DuckDBPyConnection, setting: Setting
) -> list[PlannedResult]:
    """Every key result of a known product or of the company, by its newest export."""
    query = exp.select("*").from_("running_key_results")
    models = as_kept(connection, setting.models)
    rows = connection.execute(pinning.render(inlined(query, models))).df()
    newest: dict[tuple[Any, ...], PlannedResult] = {}
    versions: dict[tuple[Any, ...], tuple[date, int]] = {}
    for row in cast("Iterable[Any]", rows.itertuples(index=False)):
        product = text_of(row.product)
        if product is None and not row.of_company:
            continue
        observed = day_of(row.observed_day)
        key = (row.source, product or "", row.key_result, day_of(row.period_start))
        version = (observed, int(row.version))
        if key in versions and versions[key] > version:
            continue
        versions[key] = version
        newest[key] = PlannedResult(
            objective=text_of(row.objective),
            name=row.key_result,
            product=product,
            start=day_of(row.period_start),
            end=day_of(row.period_end),
            start_value=float(row.start_value),
            target_value=float(row.target_value),
            typed=number_of(row.current_value),
            observed=observed,
            kpi=text_of(row.kpi),
        )
    return [newest[key] for key in sorted(newest, key=str)]


def read_initiatives(
    connection: sa.Connection, viewer: Viewer, scopes: Iterable[Scope] | None = None
) -> list[Initiative]:
    """The published roadmaps that the viewer may see, of all scopes or some."""
    found = read_documents(connection, viewer, ROADMAP, scopes=scopes)
    return [each for document in found for each in _ROADMAP.validate_json(document.body)]


def read_planned_results(
    connection: sa.Connection, viewer: Viewer, scopes: Iterable[Scope] | None = None
) -> list[PlannedResult]:
    """The published key results that the viewer may see, of all scopes or some."""
    found = read_documents(connection, viewer, KEY_RESULTS, scopes=scopes)
    return [each for document in found for each in _RESULTS.validate_json(document.body)]
