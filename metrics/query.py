"""Live questions: any KPI, for any scope, cut and period, from the current warehouse version.

They go through the same compiled KPIs as publishing, so they cannot disagree with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import duckdb
import pandas as pd

from metrics import warehouse
from metrics.access import Viewer, may_see
from metrics.calendar import Grain
from metrics.catalogue import Catalogue, Kpi
from metrics.catalogue.loading import parts_of
from metrics.compile import compile_kpi
from metrics.definitions import definitions_of
from metrics.engines import open_facts
from metrics.errors import VigieError
from metrics.figures import Computation
from metrics.grains import grains_of
from metrics.register import ledger
from metrics.register.organisation import load_organisation
from metrics.result import Figure, Scope
from metrics.scopes import COMPANY, all_scopes
from metrics.setting import Setting
from metrics.timeline import ending_of, ends_with, timeline_of
from metrics.workspace import Workspace

SCOPE_KINDS = ("company", "line", "product", "squad", "owner")


@dataclass(frozen=True)
class Question:
    """What is asked: KPIs, by a kind of scope or one dimension, in one grain, between two days."""

    names: tuple[str, ...]
    by: str = "company"
    grain: Grain | None = None
    since: date | None = None
    until: date | None = None
    where: Mapping[str, str] | None = None


def setting_of(workspace: Workspace) -> Setting:
    """Definitions, organisation, coverage and calendar as they stand for readers."""
    catalogue, models = definitions_of(workspace)
    with workspace.register.connect() as connection:
        organisation = load_organisation(connection)
        spans = [applied.span for applied in ledger.read_coverage(connection)]
    return Setting.of(workspace.settings, catalogue, models, organisation, spans)


def _refuse_dimension(kpi: Kpi, dimension: str, *, scopes: bool = True) -> VigieError:
    """The refusal of a dimension; `scopes` says whether kinds of scope are choices as well."""
    return VigieError(
        "{kpi} cannot be cut by '{dimension}'.",
        choices=(*(SCOPE_KINDS if scopes else ()), *kpi.dimensions),
        next_step="'vigie kpi show' lists what a KPI can be cut by.",
        exit_code=2,
        values={"kpi": kpi.name, "dimension": dimension},
    )


def checked(question: Question, catalogue: Catalogue, viewer: Viewer) -> list[Kpi]:
    """The KPIs asked for; raises VigieError for what does not exist or may not be asked."""
    kpis = [catalogue[name] for name in question.names]
    for kpi in kpis:
        if question.by not in SCOPE_KINDS and question.by not in kpi.dimensions:
            raise _refuse_dimension(kpi, question.by)
        for dimension in question.where or {}:
            if dimension not in kpi.dimensions:
                raise _refuse_dimension(kpi, dimension, scopes=False)
        grains = grains_of(kpi, catalogue)
        if question.grain and question.grain not in grains:
            raise VigieError(
                "{kpi} is not born per {grain}: its figures exist per {grains}, and adding or "
                "averaging those would be wrong.",
                choices=grains,
                exit_code=2,
                values={"kpi": kpi.name, "grain": question.grain, "grains": ", ".join(grains)},
            )
        if "small_groups" in kpi.calculation and question.where:
            raise VigieError(
                "{kpi} is not cut further: small groups could be told apart.",
                exit_code=2,
                values={"kpi": kpi.name},
            )
    kind = question.by if question.by in SCOPE_KINDS else "company"
    if not may_see(viewer, kind):
        raise VigieError("You may not see figures per {kind}.", values={"kind": kind})
    return kpis


def figures_of(
    connection: duckdb.DuckDBPyConnection, setting: Setting, viewer: Viewer, question: Question
) -> list[Figure]:
    """The answer, from an open warehouse connection: one figure per KPI, scope, cut and period."""
    kpis = checked(question, setting.catalogue, viewer)
    setting = setting.of_facts(connection)
    by_scope = question.by in SCOPE_KINDS
    scopes: Sequence[Scope] = (
        [scope for scope in all_scopes(setting.organisation) if scope.kind == question.by]
        if by_scope
        else [COMPANY]
    )
    # What may be shown of a small group depends on everything else that is.
    hides = any("small_groups" in kpi.calculation for kpi in kpis)
    beside = all_scopes(setting.organisation) if hides else ()
    computations: dict[tuple[Grain, Grain], Computation] = {}
    found: list[Figure] = []
    for kpi in sorted(kpis, key=lambda kpi: (question.grain or kpi.cadence, ends_with(kpi))):
        grain = question.grain or kpi.cadence
        ending = ending_of(kpi, grain)
        if (grain, ending) not in computations:
            timeline = timeline_of(connection, setting, grain, ending)
            if timeline is None:
                continue
            # One grain after the other: each puts its own calendar beside the facts.
            computations[grain, ending] = Computation(
                connection,
                setting,
                timeline,
                scopes,
                beside=beside,
                cut=None if by_scope else question.by,
                where=question.where or {},
            )
        computation = computations[grain, ending]
        found += [
            figure
            for figure in to_figures(computation.frame(kpi))
            if (question.since is None or figure.end >= question.since)
            and (question.until is None or figure.start <= question.until)
        ]
    return sorted(found, key=lambda figure: question.names.index(figure.kpi))


def to_figures(frame: pd.DataFrame) -> list[Figure]:
    """The rows of a frame of figures as frozen figures; NaN becomes None."""

    def number(value: Any) -> float | None:
        return None if pd.isna(value) else float(value)

    return [
        Figure(
            kpi=row.kpi,
            scope=Scope(row.scope_kind, row.scope),
            grain=row.grain,
            period=row.period,
            start=row.start,
            end=row.end,
            value=number(row.value),
            numerator=number(row.numerator),
            denominator=number(row.denominator),
            n=None if pd.isna(row.n) else int(row.n),
            low=number(row.low),
            high=number(row.high),
            closed=bool(row.closed),
            reason=row.reason if isinstance(row.reason, str) else None,
            members=row.members,
            dimension=row.dimension,
            member=row.member,
        )
        for row in cast("Iterable[Any]", frame.itertuples(index=False))
    ]


def query(
    workspace: Workspace,
    viewer: Viewer,
    names: Sequence[str],
    *,
    by: str = "company",
    grain: str | None = None,
    since: date | None = None,
    until: date | None = None,
    where: Mapping[str, str] | None = None,
) -> list[Figure]:
    """Answer one question from the warehouse version that readers see now.

    Raises VigieError for unknown KPIs, dimensions and grains, and for what the viewer may not see.
    """
    question = Question(
        tuple(names), by, Grain(grain) if grain else None, since, until, where or {}
    )
    path = warehouse.current_path(workspace)
    if path is None:
        raise VigieError(
            "This workspace holds no data yet.", next_step="Import a file: 'vigie import FILE'."
        )
    connection = open_facts(path)
    try:
        return figures_of(connection, setting_of(workspace), viewer, question)
    except VigieError as refused:
        if refused.exit_code == 2 or not warehouse.is_behind(connection):
            raise
        raise VigieError(
            "An earlier version of Vigie prepared these data, without what this question reads.",
            next_step="Import a file, or run 'vigie publish'.",
        ) from refused
    finally:
        connection.close()


def sql(
    workspace: Workspace,
    name: str,
    *,
    by: str | None = None,
    where: Mapping[str, str] | None = None,
    dialect: str = "duckdb",
) -> dict[str, str]:
    """The SQL of a KPI, per part: a ratio or derived KPI has one statement for each base figure."""
    catalogue, models = definitions_of(workspace)
    asked = catalogue[name]
    for dimension in (*([by] if by else []), *(where or {})):
        if dimension not in asked.dimensions:
            raise _refuse_dimension(asked, dimension, scopes=False)
    statements: dict[str, str] = {}

    def collect(kpi: Kpi) -> None:
        for part in parts_of(kpi):
            collect(catalogue[part])
        if "model" in kpi.calculation:
            model = models[str(kpi.calculation["model"])]
            cut = by if by in model.dimensions else None
            held = {key: value for key, value in (where or {}).items() if key in model.dimensions}
            compiled = compile_kpi(kpi, models, cut=cut, where=held)
            statements[kpi.name] = compiled.sql(dialect)

    collect(asked)
    return statements
