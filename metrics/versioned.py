"""Rows valid from one publication to another: their columns, and when two of them are the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from metrics.register.tables import documents, figures, signals

#: Two figures that differ by less, relatively, are the same figure.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Versioned:
    """A table of rows valid from one publication to another, and how its rows compare."""

    table: sa.Table
    key: tuple[str, ...]  # beside the slot
    dates: tuple[str, ...]
    numbers: tuple[str, ...]  # float64, NaN when absent, compared with a tolerance
    exact: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.key, *self.dates, *self.numbers, *self.exact)))


FIGURES = Versioned(
    figures,
    key=("start",),
    dates=("start", "end"),
    numbers=("value", "numerator", "denominator", "n", "low", "high"),
    exact=("end", "period", "closed", "reason", "members"),
)
SIGNALS = Versioned(
    signals,
    key=("start", "rule"),
    dates=("start",),
    numbers=("centre", "lower", "upper"),
    exact=("direction", "provisional", "taken_out"),
)

DOCUMENTS = Versioned(documents, key=("start",), dates=("start",), numbers=(), exact=("body",))


def array_of(kind: Versioned, name: str, values: Any) -> Any:
    """One column in the form in which columns compare: days since 1970, NaN, '' for no reason."""
    if name in kind.dates:
        days = pd.to_datetime(pd.Series(values)).to_numpy("datetime64[D]")
        return days.astype("int64")
    column = pd.Series(values).reset_index(drop=True)
    if name in kind.numbers:
        return column.to_numpy(dtype="float64", na_value=np.nan)
    if name in ("closed", "provisional"):
        return column.astype("bool").to_numpy()
    if name in ("series_id", "from_publication", "rule", "direction"):
        return column.astype("int64").to_numpy()
    return column.astype("object").where(column.notna(), "").astype("object")


def listed(kind: Versioned, name: str, values: pd.Series[Any]) -> list[Any]:
    """One column as the values to bind."""
    if name in kind.dates:
        days: list[Any] = values.to_numpy().astype("datetime64[D]").astype(object).tolist()
        return days
    if name == "n":
        return [None if number != number else int(number) for number in values.tolist()]
    if name in kind.numbers:
        return [None if number != number else number for number in values.tolist()]
    if name == "reason":
        return [reason or None for reason in values.tolist()]
    return values.tolist()


def alike(new: pd.Series[float], old: pd.Series[float]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which numbers are the same but for rounding; absent equals absent."""
    return np.isclose(
        new.to_numpy(dtype="float64"),
        old.to_numpy(dtype="float64"),
        rtol=TOLERANCE,
        atol=0,
        equal_nan=True,
    )
