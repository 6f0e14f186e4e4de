"""The exports of the sample company as they lie in its folder, and what its README tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property, wraps
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HISTORY_BEGINS = date(2024, 11, 18)
LAST_DAY = date(2026, 11, 15)
LAUNCHED = {"clairiere": date(2025, 9, 22)}  # the others are older than the history
PRODUCT_NAMES = {
    "Sillon": "sillon", "Escale": "escale", "Passerelle": "passerelle",
    "Clairière": "clairiere", "Clairiere": "clairiere", "Orée": "oree", "Oree": "oree",
}  # fmt: skip
SQUAD_NAMES = {
    "Boussole": "boussole", "Sonde": "sonde", "Misaine": "misaine", "Foc": "foc",
    "Amarre": "amarre", "Grand-Voile": "grandvoile", "Balise": "balise", "Quart": "quart",
    "BOU": "boussole", "SON": "sonde", "MIS": "misaine", "FOC": "foc", "AMA": "amarre",
}  # fmt: skip
FIFTH_DIGIT = dict(
    zip("12345", ("sillon", "escale", "passerelle", "clairiere", "oree"), strict=True)
)
ZONE = "Europe/Paris"


def once(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method that answers each question once: many KPIs ask for the same. Nobody changes what it
    gives."""
    name = method.__name__

    @wraps(method)
    def answer(self: Any, *asked: Any) -> Any:
        answers = vars(self).setdefault("_answered", {})
        if (name, asked) not in answers:
            answers[name, asked] = method(self, *asked)
        return answers[name, asked]

    return answer


def number_of(day: date) -> int:
    return day.toordinal()


def days_of(moments: pd.Series) -> np.ndarray:
    """Ordinal day numbers of local moments, 0 where there is none."""
    local = moments.dt.tz_localize(None) if moments.dt.tz is not None else moments
    since = (local.dt.normalize() - pd.Timestamp(date(1970, 1, 1))).dt.days
    return (since + date(1970, 1, 1).toordinal()).fillna(0).to_numpy(dtype=int)


def moments_of(texts: pd.Series, form: str | None = None) -> pd.Series:
    return pd.to_datetime(texts, utc=True, format=form).dt.tz_convert(ZONE)


def quotient(above: float | None, below: float | None) -> float | None:
    return None if above is None or not below else above / below


class Exports:
    """The exports in `folder`, and which products and squads a scope holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _products(self, kind: str, key: str, day: date) -> tuple[str, ...]:
        if kind == "company":
            return tuple(FIFTH_DIGIT.values())
        if kind == "product":
            return (key,)
        return tuple(sorted(product for squad, product in self._assigned(day) if squad == key))

    def _squads(self, kind: str, key: str, day: date) -> tuple[str, ...]:
        if kind == "company":
            return tuple(sorted(set(SQUAD_NAMES.values())))
        if kind == "squad":
            return (key,)
        return tuple(sorted(squad for squad, product in self._assigned(day) if product == key))

    @once
    def _assigned(self, day: date) -> list[tuple[str, str]]:
        rows = self._assignments
        now = (rows["start"] <= str(day)) & (rows["end"].isna() | (rows["end"] >= str(day)))
        return list(zip(rows["squad"][now], rows["product"][now], strict=True))

    @cached_property
    def _assignments(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "assignments.csv", dtype=str)

    def _files(self, pattern: str) -> dict[date, Path]:
        """Dated exports, oldest first."""
        return {date.fromisoformat(p.stem[-10:]): p for p in sorted(self.folder.glob(pattern))}

    def _one(self, pattern: str) -> Path:
        (path,) = self.folder.glob(pattern)
        return path
