"""Which KPIs a file feeds: those of its dataset whose facts can be made from the columns it has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from sqlglot import exp

from metrics.allowlist import parse
from metrics.catalogue import Catalogue, Kpi
from metrics.catalogue.loading import parts_of
from metrics.coverage import alternatives
from metrics.functions import FUNCTIONS
from metrics.importing.profile import Profile
from metrics.models import Model
from metrics.same import Same


def kpis_fed(
    catalogue: Catalogue,
    models: Mapping[str, Model],
    dataset: str,
    lacking: Collection[str] = (),
    kinds: Collection[str] | None = None,
    metrics: Collection[str] | None = None,
) -> tuple[str, ...]:
    """The published KPIs that rows of `dataset` feed, in catalogue order.

    `lacking` are canonical fields that the file does not have: a KPI whose facts leave out rows
    without one of them is not fed. `kinds` are the kinds of survey answers that it holds and
    `metrics` the figures, of a file of answers or figures; None is any.
    """
    absent = {
        column
        for field in lacking
        for column in (field, f"{field}_day", f"{field.removesuffix('_at')}_day")
    }

    def fed(kpi: Kpi) -> bool:
        return all(
            not absent & _needed_columns(models, _model_of(base))
            and (kinds is None or not (asked := _kinds_asked(models, base)) or asked & set(kinds))
            for base in reading(kpi)
        )

    def reading(kpi: Kpi) -> list[Kpi]:
        return [
            base
            for base in _bases(catalogue, kpi)
            if _reads(base, dataset, metrics) or dataset in _references(models, _model_of(base))
        ]

    return tuple(kpi.name for kpi in catalogue if reading(kpi) and fed(kpi))


def _references(models: Mapping[str, Model], name: str) -> set[str]:
    """The datasets that a model and those behind it join without needing their days."""
    model = models.get(name)  # a function may read other KPIs only
    if model is None:
        return set()
    return set(model.references).union(
        *(_references(models, source) for source in model.sources if source in models)
    )


def brought_by(
    kpi: Kpi, catalogue: Catalogue, models: Mapping[str, Model], profiles: Collection[Profile]
) -> tuple[Profile, ...]:
    """The exports that bring what a KPI reads, all of it or a part."""
    return tuple(
        profile
        for profile in profiles
        if kpi.name
        in kpis_fed(
            catalogue,
            models,
            profile.dataset,
            kinds={question.kind for question in profile.questions} or None,
            metrics=profile.metrics,
        )
    )


def _reads(kpi: Kpi, dataset: str, metrics: Collection[str] | None) -> bool:
    """Whether a dataset, or one of these metrics of its observations, is among those the KPI may
    read, itself or in place of another."""
    named = (name.partition(":") for entry in kpi.datasets for name in alternatives(entry))
    return any(
        read == dataset and (not metric or metrics is None or metric in metrics)
        for read, _, metric in named
    )


def _model_of(kpi: Kpi) -> str:
    """The model whose facts a KPI or measure reads, itself or through its function."""
    if "function" in kpi.calculation:
        return FUNCTIONS[str(kpi.calculation["function"])].facts
    return str(kpi.calculation["model"])


def _bases(catalogue: Catalogue, kpi: Kpi) -> Iterator[Kpi]:
    """The KPIs and measures that read a model, behind a KPI or itself."""
    parts = parts_of(kpi)
    if not parts:
        yield kpi
    for part in parts:
        yield from _bases(catalogue, catalogue[part])


def _needed_columns(models: Mapping[str, Model], name: str) -> set[str]:
    """The columns of canonical tables without which a model, or one behind it, leaves a row out."""
    model = models[name]
    behind = (_needed_columns(models, source) for source in model.sources if source in models)
    return set(_tested_columns(Same(model))).union(*behind)


@lru_cache(maxsize=512)  # every report of a file asks this of all models
def _tested_columns(of: Same[Model]) -> frozenset[str]:
    """The columns of canonical tables that a model's own rows must have."""
    model = of.value
    # Whose a row is can be said of the whole file, so what `streams` says is never lacking.
    canonical = {
        table.alias_or_name
        for table in model.tree.find_all(exp.Table)
        if table.name in model.sources and table.name != "streams"
    }
    found = set()
    for test in model.tree.find_all(exp.Not):
        column = test.this.this if isinstance(test.this, exp.Is) else None
        always = isinstance(test.find_ancestor(exp.Or, exp.Where), exp.Where)
        if always and isinstance(column, exp.Column) and column.table in canonical:
            found.add(column.name)
    return frozenset(found)


def _kinds_asked(models: Mapping[str, Model], kpi: Kpi) -> set[str]:
    """The kinds of survey answers that a KPI's filter or its model asks for; empty for any."""
    model = Same(models[_model_of(kpi)])
    return set(_kinds_in(model, str(kpi.calculation.get("filter", "")), kpi.source))


@lru_cache(maxsize=1024)
def _kinds_in(model: Same[Model], condition: str, place: str) -> frozenset[str]:
    trees = [model.value.tree]
    if condition:
        trees.append(parse(condition, place))
    tests = [test for tree in trees for test in tree.find_all(exp.EQ, exp.In)]
    return frozenset(
        str(word.name)
        for test in tests
        if test.this.name == "kind"
        for word in (test.expressions if isinstance(test, exp.In) else [test.expression])
        if isinstance(word, exp.Literal)
    )
