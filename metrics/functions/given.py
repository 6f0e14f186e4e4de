"""What a function of derived KPIs is given: sets, periods, other KPIs' grids, and facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.calendar import Calendar, Grain, Period
from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.coverage import Coverage, Known
from metrics.grid import Grid
from metrics.organisation import Organisation

T = TypeVar("T")


class Shared(dict[str, Any]):
    """What is worked out once for all grains, by name."""

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        if name not in self:
            self[name] = work()
        found: T = self[name]
        return found


@dataclass(frozen=True)
class Given:
    """A grid has one row per set and one column per period, as everywhere.

    `held` is the id of the company's set in each period. `grid` gives a KPI or measure at the same
    sets and periods, `formula` a formula over such, `facts` the rows of a model,
    one object each. `known` says which cells have the data that the KPI itself rests on, `told` of
    which members figures of a KPI tell, as digests. `shared` is for what depends on neither sets
    nor periods. `born` gives the closed figures of a KPI in its own cadence, of every product and
    of the company: scope_kind, scope, start, end, value, n, reason, members.
    """

    kpi: Kpi
    grain: Grain
    sets: Sequence[frozenset[str]]
    periods: Sequence[Period]
    held: NDArray[np.int32]
    organisation: Organisation
    catalogue: Catalogue
    coverage: Coverage
    calendar: Calendar
    known: Known
    grid: Callable[[str], Grid]
    formula: Callable[[str], Grid]
    told: Callable[[str], NDArray[np.object_]]
    facts: Callable[[str], Sequence[Any]]
    born: Callable[[str], pd.DataFrame]
    shared: Shared

    def named(self, text: str | None) -> Kpi | None:
        """The KPI that a roadmap or an objective names, by its key or by its label."""
        return named(self.catalogue, text)

    def ratio(self, above: NDArray[np.float64], below: NDArray[np.float64]) -> Grid:
        """Sum over sum where the KPI's own data are known; 0 below has no figure and says so."""
        shown = self.known.usable | self.known.to_date
        reason = np.where(
            shown & (below == 0) & (self.known.reason == ""), "zero_denominator", self.known.reason
        )
        hidden = ~shown | (below == 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(hidden, np.nan, above / below)
        nothing = np.full(value.shape, np.nan)
        return Grid(
            value=value,
            closed=self.known.closed,
            reason=reason,
            n=np.where(shown, below, np.nan),
            numerator=np.where(shown, above, np.nan),
            denominator=np.where(shown, below, np.nan),
            low=nothing,
            high=nothing,
        )


def named(catalogue: Catalogue, text: str | None) -> Kpi | None:
    """The KPI that a word names, by its key or by its label, unless a function computes it."""
    if not text:
        return None
    wanted = _said(text)
    for kpi in catalogue:
        labels = (kpi.name, kpi.name.replace("_", " "), kpi.label.en, kpi.label.fr)
        if wanted in map(_said, labels):
            return kpi if "function" not in kpi.calculation else None
    return None


def _said(text: str) -> str:
    """A name whatever its spaces, capitals and apostrophe: few keyboards have the printed one."""
    return " ".join(text.split()).replace("’", "'").casefold()
