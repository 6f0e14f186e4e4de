"""Cells as rows: one figure a row, with the scope, period and set that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Kpi
from metrics.grid import Grid
from metrics.result import Scope

COLUMNS = (
    "kpi", "definition", "scope_kind", "scope", "grain", "dimension", "member", "start", "end",
    "period", "value", "numerator", "denominator", "n", "low", "high", "closed", "reason",
    "members",
)  # fmt: skip

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Labels:
    """What the positions of cells stand for: scopes (rows), set ids, periods (columns)."""

    scopes: tuple[Scope, ...]
    digests: tuple[str, ...]
    periods: tuple[Period, ...]
    grain: str


@dataclass(frozen=True)
class Cells:
    """Chosen cells of a grid: each one's scope, its period, and its row in the grid."""

    grid: Grid
    scopes: Positions
    periods: Positions
    grid_rows: Positions  # ids of sets, unless the grid has one row a scope


def frame_of(
    kpi: Kpi,
    labels: Labels,
    cells: Cells,
    set_ids: Positions | None = None,
    *,
    dimension: str = "",
    member: str = "",
) -> pd.DataFrame:
    """One row per cell, with the columns of COLUMNS. Without `set_ids`: the rows of the grid."""
    columns, grid = cells.periods, cells.grid
    at = (cells.grid_rows, columns)

    # Words stay objects: hundreds of small frames take long to make, and to join, of pandas's own.
    def of(values: list[object], positions: Positions) -> pd.Series[Any]:
        found = np.empty(len(values), dtype=object)
        found[:] = values
        return pd.Series(found[positions], dtype="object")

    def same(word: str) -> pd.Series[Any]:
        return pd.Series(np.full(len(columns), word, dtype=object), dtype="object")

    reason = grid.reason[at]  # a copy
    reason[reason == ""] = None
    sets = cells.grid_rows if set_ids is None else set_ids
    return pd.DataFrame(
        {
            "kpi": same(kpi.name),
            "definition": same(kpi.definition),
            "scope_kind": of([scope.kind for scope in labels.scopes], cells.scopes),
            "scope": of([scope.key for scope in labels.scopes], cells.scopes),
            "grain": same(labels.grain),
            "dimension": same(dimension),
            "member": same(member),
            "start": of([period.start for period in labels.periods], columns),
            "end": of([period.end for period in labels.periods], columns),
            "period": of([period.key for period in labels.periods], columns),
            "value": grid.value[at],
            "numerator": grid.numerator[at],
            "denominator": grid.denominator[at],
            "n": grid.n[at],
            "low": grid.low[at],
            "high": grid.high[at],
            "closed": grid.closed[at],
            "reason": pd.Series(reason, dtype="object"),
            "members": of(list(labels.digests), sets),
        }
    )


def document_row(
    kpi: Kpi, scope: Scope, grain: Grain, kind: str, start: date, body: str
) -> dict[str, object]:
    """One document as a row of a frame; `kind` says what `body`, a JSON text, holds."""
    return {
        "kpi": kpi.name, "definition": kpi.definition, "scope_kind": scope.kind,
        "scope": scope.key, "grain": str(grain), "dimension": kind, "member": "", "start": start,
        "body": body,
    }  # fmt: skip
