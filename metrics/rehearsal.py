"""Definitions tried before anyone relies on them: on no rows, then a company's own on its data.

What can be known from the text alone is refused when the catalogue loads. Here each statement runs
on an empty warehouse of this version, so that a column that no table has is found at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import duckdb
from sqlglot import exp

from metrics import pinning, warehouse
from metrics.access import LOCAL_CPO
from metrics.calendar import Calendar, Grain
from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.compile import compile_kpi
from metrics.coverage import alternatives
from metrics.engines import DEFINITION_ERRORS, not_computed, open_facts
from metrics.errors import Mistake, VigieError
from metrics.models import Model, inlined
from metrics.query import Question, figures_of
from metrics.sets import put_calendar, put_sets
from metrics.setting import Setting

#: A dimension with more members than this names single rows: nobody reads a figure for each.
MOST_MEMBERS = 1_000


def rehearse(catalogue: Catalogue, models: Mapping[str, Model]) -> Iterator[Mistake]:
    """The models and KPIs whose SQL fails on an empty warehouse, models first."""
    plain = {name: replace(model, materialised=False) for name, model in models.items()}
    facts = open_facts(None, read_only=False)
    try:
        warehouse.migrate(facts)
        put_calendar(facts, [Calendar().period(Grain.WEEK, date(2026, 1, 1))])
        put_sets(facts, [])
        failed: set[str] = set()
        for model in plain.values():
            if not failed & model.sources:
                for mistake in _tried(facts, inlined(model.tree, plain), model.place, model.name):
                    failed.add(model.name)
                    yield mistake
        for kpi in catalogue.entries.values():
            if "model" in kpi.calculation and kpi.calculation["model"] not in failed:
                yield from _compiled(facts, kpi, plain)
    finally:
        facts.close()


def _compiled(
    facts: duckdb.DuckDBPyConnection, kpi: Kpi, models: Mapping[str, Model]
) -> Iterator[Mistake]:
    try:
        tree = compile_kpi(kpi, models).tree
    except VigieError as refusal:
        yield Mistake.of(refusal, kpi.name, kpi.source)
        return
    yield from _tried(facts, tree, kpi.source, kpi.name)


def _tried(
    facts: duckdb.DuckDBPyConnection, tree: exp.Expr, source: str, name: str
) -> Iterator[Mistake]:
    try:
        facts.execute(pinning.render(tree)).fetchall()
    except DEFINITION_ERRORS as error:
        yield Mistake.of(not_computed(error, source, name), name, source)


def try_on_data(
    facts: duckdb.DuckDBPyConnection, setting: Setting, own: Catalogue
) -> Iterator[Mistake]:
    """What is wrong with the KPIs of `own`, published ones, when they are asked of the data.

    Each is asked of the company in its own cadence; each of its dimensions is counted.
    """
    for kpi in own:
        try:
            figures_of(facts, setting, LOCAL_CPO, Question((kpi.name,)))
            for dimension in kpi.dimensions:
                cut = figures_of(facts, setting, LOCAL_CPO, Question((kpi.name,), dimension))
                members = len({figure.member for figure in cut})
                if members > MOST_MEMBERS:
                    raise VigieError(
                        f"{kpi.source} (dimensions): '{dimension}' of '{kpi.name}' has {members} "
                        f"members, more than the {MOST_MEMBERS} that anyone can look through.",
                        next_step="Cut by something coarser.",
                    )
        except VigieError as refusal:
            yield Mistake.of(refusal, kpi.name, kpi.source)


def without_data(setting: Setting, catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """The published KPIs that have no figure for want of data, by what nothing has brought yet.

    What either of two kinds of data brings is "users or events", and is lacking when neither came.
    """
    brought = setting.coverage.datasets
    return {
        kpi.name: tuple(" or ".join(alternatives(name)) for name in lacking)
        for kpi in catalogue
        if (lacking := [name for name in kpi.datasets if brought.isdisjoint(alternatives(name))])
    }
