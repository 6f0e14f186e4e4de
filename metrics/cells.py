"""One base KPI's cells: what its query gave where the days are known, and why not elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from metrics.catalogue.kpi import Kpi
from metrics.coverage import Known
from metrics.grid import Flags, Floats, Grid, divided
from metrics.kinds import Shape

#: Two-sided 95 % of the normal distribution, as KPIs of surveys are quoted.
Z95 = 1.959963984540054


def base_grid(kpi: Kpi, shape: Shape, rows: pd.DataFrame, known: Known) -> Grid:
    """The grid of a KPI that reads a model, from rows of set_id, period_index and the outputs."""
    size = known.usable.shape
    set_ids, periods = (rows[name].to_numpy(dtype=int) for name in ("set_id", "period_index"))
    inside = periods < size[1]
    at = (set_ids[inside], periods[inside])

    def filled(column: str, empty: float) -> Floats:
        cells = np.full(size, empty, dtype=float)
        if column in rows:
            cells[at] = rows[column].to_numpy(dtype=float)[inside]
        return cells

    # A wave under way would tell, from one publication to the next, what each new answer was.
    to_date = shape.shows_partial and "small_groups" not in kpi.calculation
    shown = known.usable | (known.to_date if to_date else False)
    needs_rows = bool(kpi.calculation.get("needs_rows"))
    born_seldom = "empty_period" in kpi.calculation
    blank = 0.0 if shape.zero and not needs_rows and not born_seldom else np.nan
    if "total" in shape.outputs:
        grid = _score(kpi, filled, known)
    elif "reached" in shape.outputs:
        closed, reason = known.closed, known.reason
        grid = divided(
            Grid.of(filled("reached", 0.0), closed, reason),
            Grid.of(entered := filled("entered", 0.0), closed, reason, entered),
        )
    else:
        column = str(kpi.calculation.get("movement", "value"))
        n = filled("n", blank) if "n" in shape.outputs else None
        grid = Grid.of(filled(column, blank), known.closed, known.reason, n)
        if n is not None and "entered" in shape.outputs:
            grid = replace(grid, numerator=n, denominator=filled("entered", blank))
    missing = np.isnan(grid.value) & (grid.reason == "")
    # What is born in some periods only has nothing to measure in the others, and that is no gap.
    word = "zero_denominator" if born_seldom else "no_data" if needs_rows else shape.absent
    reason = np.where(missing, word, grid.reason)
    if shape.absent == "no_rate":  # there are rows, though not of a sum that can be told
        unpriced = missing & (np.nan_to_num(filled("n", 0.0)) > 0)
        reason = np.where(unpriced, shape.absent, reason)
    return masked(replace(grid, reason=reason), shown)


def _score(kpi: Kpi, filled: Callable[[str, float], Floats], known: Known) -> Grid:
    """Mean of the points, with the 95 % interval from Var = (Σx²/n − mean²)/n."""
    total, squares, answers = filled("total", 0), filled("squares", 0), filled("answers", 0)
    scale = float(str(kpi.calculation.get("scale", 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / answers
        spread = np.sqrt(np.maximum(squares / answers - mean**2, 0) / answers)
    return replace(
        Grid.of(mean * scale, known.closed, known.reason, filled("respondents", 0)),
        numerator=total,
        denominator=answers,
        low=(mean - Z95 * spread) * scale,
        high=(mean + Z95 * spread) * scale,
    )


def of_one_member(grid: Grid, sets: Sequence[frozenset[str]]) -> Grid:
    """The grid with figures of sets of one only, for what means nothing added up over members."""
    several = np.array([len(members) > 1 for members in sets], dtype=np.bool_)[:, None]
    return without(grid, np.broadcast_to(several, grid.value.shape), "not_added")


def without(grid: Grid, missing: Flags, reason: str) -> Grid:
    """The grid with no figure in the `missing` cells, for `reason` where none is given yet."""
    words = np.where(missing & (grid.reason == ""), reason, grid.reason)
    return masked(replace(grid, reason=words), ~missing)


def masked(grid: Grid, shown: Flags) -> Grid:
    """The grid without any number where it may not be shown."""

    def keep(cells: Floats) -> Floats:
        return np.where(shown, cells, np.nan)

    return replace(
        grid,
        value=keep(grid.value),
        n=keep(grid.n),
        numerator=keep(grid.numerator),
        denominator=keep(grid.denominator),
        low=keep(grid.low),
        high=keep(grid.high),
    )
