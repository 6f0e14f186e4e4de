"""The signals and limits of all published series, frame by frame, ready to publish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from metrics.calendar import Grain
from metrics.catalogue.kpi import Catalogue, Family, Kind, Kpi
from metrics.detection.chance import cases_in, errors_in
from metrics.detection.masked import Bools, Codes, Floats
from metrics.detection.matrix import judge_columns
from metrics.detection.season import JUDGED
from metrics.detection.signals import SPARSE, UNBORN, positions_of, taken_out
from metrics.detection.traits import YEAR, Traits, built_on_steps, stride_of, window_of
from metrics.detection.xmr import SETTLED_POINTS
from metrics.kinds import NOT_ASKED
from metrics.result import Scope

#: Days after a launch in which what grows does so because of it.
RAMP_DAYS = 182
BATCH = 1000
Shape = tuple[str, int, int]  # grain, stride, window
SERIES = ["kpi", "scope_kind", "scope"]
COLUMNS = [
    "kpi",
    "definition",
    "scope_kind",
    "scope",
    "grain",
    "dimension",
    "member",
    "start",
    "rule",
    "direction",
    "centre",
    "lower",
    "upper",
    "provisional",
    "taken_out",
]


def signal_frames(
    figures: Iterable[pd.DataFrame],
    catalogue: Catalogue,
    shifts: Mapping[tuple[str, Scope], Sequence[date]] | None = None,
    launched: Mapping[Scope, date] | None = None,
    ended: Mapping[Scope, date] | None = None,
) -> Iterator[pd.DataFrame]:
    """Signals and limits of the last 26 closed periods of every series, ready to publish.

    `figures` hold kpi, scope_kind, scope, grain, dimension, member, start, value, denominator, n,
    closed, reason, members; rows of other grains than a KPI's cadence and of dimensions are left
    out. Each frame has the columns `COLUMNS`. A judged period has one row with rule 0, which
    carries its limits, and one for each rule it takes part in. `taken_out` names what was taken out
    of the series first, parted by commas.

    `shifts` are the first days of levels that someone has acknowledged, by KPI and scope: points
    from there on are judged on those since, points before it as ever. `launched` says when products
    came: what was before that is no point, and their first half year tells no season; `ended` which
    was the last day of a product or squad: no period that goes on after it is a point.

    A figure made of too few cases has limits and takes part in no rule: a score of under 30
    answers, a rate of under 10 cases, a quantile of under 5 facts.
    """
    kept = [judged_rows(frame, catalogue) for frame in figures]
    kept = [frame for frame in kept if len(frame)]
    if not kept:
        return
    rows = _since_launch(pd.concat(kept, ignore_index=True), launched or {})
    rows = _until_end(rows, ended or {})
    shapes = {kpi.name: (str(kpi.cadence), *_span(kpi, catalogue)) for kpi in catalogue}
    for (grain, stride, window), names in _grouped(shapes).items():
        group = rows[rows["kpi"].isin(names)]
        if not len(group):
            continue
        unborn = _unborn(group, catalogue)
        by_series = [group[key] for key in SERIES]
        often = unborn.groupby(by_series).transform("sum") > SPARSE * group["closed"].astype(
            bool
        ).groupby(by_series).transform("sum")
        dense, sparse = group[~often], group[often & ~unborn].sort_values("start")
        if len(dense):
            positions = positions_of(dense["start"], Grain(grain))
            span = (YEAR[Grain(grain)], stride, window)
            yield from _batches(dense, positions, Grain(grain), span, catalogue, shifts or {})
        if len(sparse):
            positions = np.asarray(sparse.groupby(SERIES).cumcount(), dtype=np.int64)
            span = (len(sparse), stride if window == 1 else window, 1)
            yield from _batches(sparse, positions, Grain(grain), span, catalogue, shifts or {})


def _span(kpi: Kpi, catalogue: Catalogue) -> tuple[int, int]:
    """How far apart points know of each other, and the window of which each has its own part."""
    window = window_of(kpi, catalogue)
    return (1, window) if window > 1 else (stride_of(kpi, catalogue), 1)


def _since_launch(rows: pd.DataFrame, launched: Mapping[Scope, date]) -> pd.DataFrame:
    """The rows without those before a product's launch; `ramp` marks its first half year."""
    scopes = pd.MultiIndex.from_frame(rows[["scope_kind", "scope"]])
    came = [launched.get(Scope(*scope)) for scope in scopes]
    days = pd.Series(np.array(came, dtype="datetime64[s]"), index=rows.index)
    starts = pd.to_datetime(rows["start"])
    rows = rows.assign(ramp=(starts - days).dt.days < RAMP_DAYS)
    return rows[~(starts < days)].reset_index(drop=True)


def _until_end(rows: pd.DataFrame, ended: Mapping[Scope, date]) -> pd.DataFrame:
    """The rows without those of periods that go on after the last day of a product or squad."""
    if not ended:
        return rows
    scopes = pd.MultiIndex.from_frame(rows[["scope_kind", "scope"]])
    last = pd.Series(
        np.array([ended.get(Scope(*scope)) for scope in scopes], dtype="datetime64[s]"),
        index=rows.index,
    )
    return rows[~(pd.to_datetime(rows["end"]) > last)].reset_index(drop=True)


def judged_rows(figures: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The rows of a frame of figures that signals are made of: whole, and in the KPI's cadence.

    KPIs that the catalogue says are `not_judged` have none.
    """
    pairs = set(zip(figures["kpi"], figures["grain"], strict=True))
    judged = {
        (name, grain)
        for name, grain in pairs
        if name in catalogue
        and catalogue[name].not_judged is None
        and catalogue[name].cadence == grain
    }
    if not judged:
        return figures.iloc[:0]
    whole = figures["dimension"].fillna("") == ""
    if judged != pairs:
        whole &= pd.MultiIndex.from_frame(figures[["kpi", "grain"]]).isin(judged)
    return figures[whole]


def _unborn(rows: pd.DataFrame, catalogue: Catalogue) -> pd.Series[bool]:
    """Closed periods in which there was nothing to measure, nothing flowed, or nobody was asked."""
    kinds = rows["kpi"].map(lambda name: catalogue[name].kind)
    nothing = rows["reason"] == UNBORN
    nothing |= (kinds == Kind.FLOW) & (rows["value"] == 0)
    nothing |= (kinds == Kind.SCORE) & (rows["reason"] == NOT_ASKED)
    return nothing & rows["closed"].astype(bool)


def _grouped(shapes: dict[str, Shape]) -> dict[Shape, list[str]]:
    groups: dict[Shape, list[str]] = {}
    for name, shape in shapes.items():
        groups.setdefault(shape, []).append(name)
    return groups


def _levels(
    rows: pd.DataFrame,
    labels: pd.DataFrame,
    series: Codes,
    shifts: Mapping[tuple[str, Scope], Sequence[date]],
) -> Codes:
    """How many acknowledged shifts lie at or before each row."""
    found = np.zeros(len(rows), dtype=np.int64)
    if not shifts:
        return found
    starts = pd.to_datetime(rows["start"]).to_numpy()
    for number, kpi, kind, key in labels[["series", *SERIES]].itertuples(index=False, name=None):
        for since in shifts.get((kpi, Scope(kind, key)), ()):
            found += (series == number) & (starts >= np.datetime64(since))
    return found


def _batches(
    rows: pd.DataFrame,
    positions: Codes,
    grain: Grain,
    span: tuple[int, int, int],
    catalogue: Catalogue,
    shifts: Mapping[tuple[str, Scope], Sequence[date]],
) -> Iterator[pd.DataFrame]:
    """Judge the series of one grain and `span` (periods of a year, between points that know of each
    other, of a window that is taken apart), about `BATCH` at a time and a KPI's together."""
    series = rows.groupby(SERIES, sort=True, observed=True).ngroup().to_numpy().astype(np.int64)
    labels = rows[SERIES].assign(series=series).drop_duplicates("series").sort_values("series")
    starts = pd.to_datetime(rows["start"]).to_numpy().astype("datetime64[s]")
    sets = pd.factorize(rows["members"].fillna(""))[0]
    closed = rows["closed"].to_numpy(dtype=bool)
    ramp = rows["ramp"].to_numpy(dtype=bool)
    value = np.where(closed, rows["value"].to_numpy(dtype=float, na_value=np.nan), np.nan)
    cases = cases_in(rows, catalogue)
    errors = errors_in(rows, catalogue)
    levels = _levels(rows, labels, series, shifts)
    length = int(positions.max()) + 1
    steps = {name: built_on_steps(catalogue[name], catalogue) for name in labels["kpi"].unique()}
    for first, end in _whole_kpis(labels["kpi"].tolist()):
        batch = labels.iloc[first:end]
        here = (series >= first) & (series < end)
        at = (series[here] - first, positions[here])
        columns = (value, cases, errors, sets, levels, ramp)
        matrices = [np.full((len(batch), length), np.nan) for _ in columns]
        for matrix, found in zip(matrices, columns, strict=True):
            matrix[at] = found[here]
        values, counts, sampled, codes, level, ramps = matrices
        # The last 26 closed periods of each series; which ones differs between series.
        place = np.where(np.isnan(values), -1, np.arange(length))
        recent = place > place.max(1, keepdims=True) - JUDGED
        kpis = [catalogue[name] for name in batch["kpi"]]
        found_rows = _judged_batch(
            batch,
            kpis,
            values,
            np.nan_to_num(codes, nan=-1).astype(np.int64),
            np.nan_to_num(level, nan=-1).astype(np.int64),
            np.nan_to_num(ramps).astype(np.bool_),
            recent & (place >= 0),
            counts,
            sampled,
            steps,
            span,
        )
        if len(found_rows):
            first_days = np.full((len(batch), length), np.datetime64("NaT", "s"))
            first_days[at] = starts[here]
            found_rows["start"] = first_days[found_rows["series"], found_rows["position"]]
            yield found_rows.assign(grain=str(grain), dimension="", member="")[COLUMNS]


def _whole_kpis(kpis: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where batches begin and end in a sorted list: a KPI's series vote together."""
    first = 0
    for end in range(1, len(kpis) + 1):
        if end == len(kpis) or (end - first >= BATCH and kpis[end] != kpis[end - 1]):
            yield first, end
            first = end


def _judged_batch(
    batch: pd.DataFrame,
    kpis: list[Kpi],
    values: Floats,
    sets: Codes,
    levels: Codes,
    ramps: Bools,
    recent: Bools,
    cases: Floats,
    errors: Floats,
    steps: dict[str, bool],
    span: tuple[int, int, int],
) -> pd.DataFrame:
    each = [Traits.of(kpi.unit, kpi.kind, teams=kpi.family is Family.TEAMS) for kpi in kpis]
    traits = Traits(
        volume=np.concatenate([kpi.volume for kpi in each]),
        stepwise=np.array([steps[kpi.name] for kpi in kpis]),
        counted=np.concatenate([kpi.counted for kpi in each]),
        share=np.concatenate([kpi.share for kpi in each]),
        kpi=pd.factorize(batch["kpi"])[0],
        drawn=np.concatenate([kpi.drawn for kpi in each]),
        least=np.concatenate([kpi.least for kpi in each]),
    )
    frames = []
    lag, stride, window = span
    columns = np.flatnonzero(recent.any(0))
    for column, judged in judge_columns(
        values,
        sets,
        cases,
        columns,
        lag,
        stride,
        traits,
        window=window,
        errors=errors,
        levels=levels,
        ramps=ramps,
    ):
        usable = recent[:, column] & ~np.isnan(judged.upper - judged.lower)
        for rule in range(4):
            direction = judged.rules[:, rule - 1] if rule else np.zeros(len(kpis), dtype=np.int64)
            chosen = np.flatnonzero(usable & ((direction != 0) if rule else True))
            if chosen.size:
                frames.append(
                    pd.DataFrame(
                        {
                            "series": chosen,
                            "position": column,
                            "rule": rule,
                            "direction": direction[chosen],
                            "centre": judged.centre[chosen],
                            "lower": judged.lower[chosen],
                            "upper": judged.upper[chosen],
                            "provisional": judged.points[chosen] < SETTLED_POINTS,
                            "taken_out": [
                                ",".join(
                                    taken_out(
                                        int(judged.model[row]), judged.seasonal[row], window > 1
                                    )
                                )
                                for row in chosen
                            ],
                        }
                    )
                )
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    found = pd.concat(frames, ignore_index=True)
    names = batch[SERIES].reset_index(drop=True)
    found = found.join(names.assign(definition=[kpi.definition for kpi in kpis]), on="series")
    return found.sort_values(["series", "position", "rule"], ignore_index=True)
