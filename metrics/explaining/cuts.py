"""Figures by dimension behind fresh signals, published so that a review says what moved them.

Cutting every KPI by every dimension would be most of a publication's work for figures that nobody
reads. What a review talks about are the signals of the last periods: for those, and the period
before each, the members' figures are published beside the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from metrics.catalogue.kpi import Catalogue, Kind, Kpi
from metrics.errors import VigieError
from metrics.explaining.explanation import adds_up, base_of, can_explain, is_additive
from metrics.figures import Computation
from metrics.query import to_figures
from metrics.result import Scope
from metrics.setting import Setting
from metrics.subjects import belongs, is_multiple
from metrics.timeline import timeline_of

#: The latest judged periods of a series whose signals are taken apart.
RECENT = 4
#: Members told one by one; the least of more are put together under `OTHERS`.
MOST_MEMBERS = 30
OTHERS = "*"
#: Dimensions that say when, not what, or whose members have no name that a reader knows.
UNTOLD = ("account", "sprint", "version", "wave")

SERIES = ["kpi", "scope_kind", "scope"]


@dataclass(frozen=True)
class Change:
    """A change to take apart: from the last usual figure to the one with the signal."""

    kpi: str
    scope: Scope
    before: date
    after: date


def fresh_changes(
    whole: Sequence[pd.DataFrame], judged: Sequence[pd.DataFrame], catalogue: Catalogue
) -> list[Change]:
    """The changes behind rule-1 signals of the last RECENT judged periods that have a before.

    `whole` holds figures in their KPI's cadence, `judged` the rows of signals.
    """
    if not judged:
        return []
    rows = pd.concat(judged, ignore_index=True)[[*SERIES, "start", "rule"]]
    rows = rows[rows["kpi"].map({kpi.name: _is_told(kpi) for kpi in catalogue}).astype(bool)]
    periods = rows[rows["rule"] == 0].sort_values("start", ascending=False)
    recent = periods[periods.groupby(SERIES).cumcount() < RECENT][[*SERIES, "start"]]
    signals = rows[rows["rule"] == 1].drop(columns="rule").merge(recent)
    wanted = {
        (kpi, kind, scope)
        for kpi, kind, scope, _ in signals.itertuples(index=False)
        if belongs(catalogue[kpi], Scope(kind, scope))
    }
    found: list[Change] = []
    if not wanted:
        return found
    names = {kpi for kpi, _, _ in wanted}
    figures = pd.concat([frame[frame["kpi"].isin(names)] for frame in whole], ignore_index=True)
    known = figures[figures["closed"].astype(bool) & figures["value"].notna()]
    starts = {
        key: sorted(pd.to_datetime(group["start"]).dt.date)
        for key, group in known.groupby(SERIES)
        if key in wanted
    }
    unusual: dict[tuple[str, str, str], set[date]] = {}
    for kpi, kind, scope, start in rows[rows["rule"] == 1][[*SERIES, "start"]].itertuples(
        index=False
    ):
        unusual.setdefault((kpi, kind, scope), set()).add(pd.Timestamp(start).date())
    for kpi, kind, scope, start in signals.itertuples(index=False):
        key, after = (kpi, kind, scope), pd.Timestamp(start).date()
        before = base_of(starts.get(key, ()), unusual[key], after)
        if before is not None:
            found.append(Change(kpi, Scope(kind, scope), before, after))
    return found


def _is_told(kpi: Kpi) -> bool:
    return (
        bool(set(kpi.dimensions) - set(UNTOLD))
        and can_explain(kpi)
        and not is_multiple(kpi)
        and "small_groups" not in kpi.calculation
        and "function" not in kpi.calculation
    )


def cut_frames(
    connection: duckdb.DuckDBPyConnection,
    setting: Setting,
    whole: Sequence[pd.DataFrame],
    judged: Sequence[pd.DataFrame],
) -> Iterator[pd.DataFrame]:
    """The members' figures behind each fresh change, with the columns of published figures.

    A dimension whose members do not add up to the whole in both periods gives nothing.
    """
    by_kpi: dict[str, list[Change]] = {}
    for change in fresh_changes(whole, judged, setting.catalogue):
        by_kpi.setdefault(change.kpi, []).append(change)
    held: dict[str, list[pd.DataFrame]] = {}
    for each in whole:
        for name in each["kpi"].unique():
            held.setdefault(name, []).append(each)
    for name, changes in by_kpi.items():
        kpi = setting.catalogue[name]
        timeline = timeline_of(connection, setting, kpi.cadence)
        if timeline is None:
            continue
        scopes = sorted({change.scope for change in changes})
        figures = _Placed(
            pd.concat([each[each["kpi"] == name] for each in held[name]], ignore_index=True)
        )
        for dimension in kpi.dimensions:
            if dimension in UNTOLD:
                continue
            computation = Computation(connection, setting, timeline, scopes, cut=dimension)
            try:
                frame = _Placed(computation.frame(kpi))
            except VigieError:
                continue  # the whole figure stands without it; a live question says what is wrong
            parts = [_parts(kpi, change, figures, frame) for change in changes]
            found = [part for part in parts if part is not None]
            if found:
                # The period before one signal may be that of another.
                yield pd.concat(found).drop_duplicates([*SERIES, "member", "start"])


class _Placed:
    """Rows of figures by scope and first day."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = rows
        days = pd.to_datetime(rows["start"])
        self._at = rows.groupby([rows["scope_kind"], rows["scope"], days], sort=False).indices

    def of(self, scope: Scope, start: date) -> pd.DataFrame:
        rows = self._at.get((scope.kind, scope.key, pd.Timestamp(start)), ())
        return self._rows.take(np.asarray(rows, dtype=np.int64))


def _parts(kpi: Kpi, change: Change, whole: _Placed, frame: _Placed) -> pd.DataFrame | None:
    """The members' rows in both periods of a change; None where they are not the whole's parts."""
    found = []
    for start in (change.before, change.after):
        figure, parts = (rows.of(change.scope, start) for rows in (whole, frame))
        if len(figure) != 1 or not adds_up(kpi, to_figures(parts), to_figures(figure)[0]):
            return None
        found.append(parts)
    return _gathered(kpi, pd.concat(found, ignore_index=True))


def _gathered(kpi: Kpi, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the smallest members put together where there are too many to tell."""
    size = "value" if is_additive(kpi) else "denominator"
    sizes = rows[size].abs().groupby(rows["member"]).sum().sort_values(ascending=False)
    if len(sizes) <= MOST_MEMBERS:
        return rows
    small = rows["member"].isin(sizes.index[MOST_MEMBERS - 1 :])
    sums = ["value", "numerator", "denominator", "n"]
    first = rows[small].groupby("start", as_index=False, sort=False).first()
    total = rows[small].groupby("start", sort=False)[sums].sum(min_count=1).reset_index()
    gathered = first.assign(member=OTHERS, low=np.nan, high=np.nan, **{s: total[s] for s in sums})
    if not is_additive(kpi):
        scale = float(str(kpi.calculation.get("scale", 1))) if kpi.kind is Kind.SCORE else 1.0
        gathered["value"] = gathered["numerator"] / gathered["denominator"] * scale
    return pd.concat([rows[~small], gathered[rows.columns]], ignore_index=True)
