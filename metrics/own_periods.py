"""Imported figures tell of periods of their own: of a month's, no week of it can be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb
import numpy as np
from sqlglot import exp

from metrics import pinning
from metrics.calendar import Period
from metrics.catalogue.checking import OBSERVATIONS
from metrics.catalogue.kpi import Kpi
from metrics.compile import expression_of
from metrics.grid import Flags
from metrics.importing.coverage import period_end
from metrics.models import Model, inlined

#: Why a period has no figure that figures of other periods reach into.
OTHER_PERIODS = "other_periods"
#: The first day of an imported figure, and how long its period is.
OWN_PERIOD = frozenset({"day", "grain"})


def has_own_periods(kpi: Kpi, model: Model) -> bool:
    """Whether a KPI reads imported figures that each tell of a period of their own."""
    imported = any(dataset.partition(":")[0] == OBSERVATIONS for dataset in kpi.datasets)
    return imported and set(model.columns) >= OWN_PERIOD


def cut_across(
    connection: duckdb.DuckDBPyConnection,
    kpi: Kpi,
    models: dict[str, Model],
    sets: Sequence[Collection[str]],
    periods: Sequence[Period],
) -> Flags:
    """Per set and period, whether a figure of one of the members lies partly inside the period and
    partly outside it, so that the period's own part of it is not known."""
    model = models[str(kpi.calculation["model"])]
    starts = np.array([period.start for period in periods], dtype="datetime64[D]")
    ends = np.array([period.end for period in periods], dtype="datetime64[D]")
    by_member: dict[str, Flags] = {}
    for member, first, grain in connection.execute(_told(kpi, model, models)).fetchall():
        last = np.datetime64(period_end(first, grain))
        begun = np.datetime64(first)
        if last == begun:
            continue
        across = (begun <= ends) & (last >= starts) & ((begun < starts) | (last > ends))
        by_member[member] = by_member.get(member, np.zeros(len(periods), dtype=np.bool_)) | across
    nobody = np.zeros(len(periods), dtype=np.bool_)
    rows = [
        np.logical_or.reduce([by_member.get(member, nobody) for member in members])
        for members in sets
    ]
    return np.array(rows, dtype=np.bool_).reshape(len(sets), len(periods))


def _told(kpi: Kpi, model: Model, models: dict[str, Model]) -> str:
    """Whose figures there are, by their first day and the length of their period."""
    member, day, grain = (exp.column(name) for name in (model.member, "day", "grain"))
    query = exp.select(member, day, grain).distinct().from_(model.name)
    if "filter" in kpi.calculation:
        query = query.where(expression_of(kpi, "filter"))
    return pinning.render(inlined(query, models))
