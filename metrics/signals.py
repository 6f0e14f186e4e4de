"""Signals: which closed figures are not explained by how their series usually varies.

`judge` looks at one series, `signal_frames` at all published ones. What is usual is decided in
`judging`, the rules are those of `xmr`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from metrics.baseline import CARRIED, CARRIED_TREND, LEVEL, STEPS, TREND
from metrics.calendar import Grain
from metrics.catalogue.kpi import Catalogue, Family, Kind, Kpi, Unit
from metrics.judging import Judged, judge_column
from metrics.masked import Bools, Codes, Floats
from metrics.reading import Limits
from metrics.result import Figure, Scope
from metrics.scale import PLAIN, choose_scale, on_scale
from metrics.season import JUDGED, season
from metrics.xmr import SETTLED_POINTS

#: Periods in a year: how far back the season of a period lies.
YEAR = {Grain.DAY: 364, Grain.WEEK: 52, Grain.MONTH: 12, Grain.QUARTER: 4}

#: Points apart at which trailing windows of 28 days no longer overlap.
STRIDE = {Grain.DAY: 28, Grain.WEEK: 4}

#: Fewest answers that give a score a status; teams have their own rule of small groups.
LEAST_ANSWERS = 30
#: Fewest cases that give a rate one (with one more or less it must not move by over a tenth), and
#: fewest facts a median or another quantile.
LEAST_CASES = 10
LEAST_FACTS = 5
#: What happens less often than so many times a period is judged as chance deals it out (Poisson):
#: its moving ranges are mostly nothing. The tail is that beyond three standard deviations.
RARE = 2.0
RARE_TAIL = 0.00135

#: Why a figure is absent although nothing is missing: nothing happened that it could measure, as
#: in a week in which no sprint ends. A series full of those is charted without them.
UNBORN = "zero_denominator"
SPARSE = 0.3

#: Days after a launch in which what grows does so because of it.
RAMP_DAYS = 182
#: Half the width of a 95 % interval and of one that chance leaves once in 370, in standard errors.
HALF_95, HALF_LIMITS = 1.96, 3.0

#: What is taken out of a series before it is judged, by what describes it.
TAKEN_OUT: dict[int, tuple[str, ...]] = {
    LEVEL: (),
    TREND: ("trend",),
    STEPS: ("steps",),
    CARRIED: ("autocorrelation",),
    CARRIED_TREND: ("trend", "autocorrelation"),
}
MODELS = {
    LEVEL: "level",
    TREND: "trend",
    STEPS: "steps",
    CARRIED: "carried",
    CARRIED_TREND: "carried_trend",
}
BATCH = 1000
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


@dataclass(frozen=True)
class Traits:
    """What of its KPI decides how a series is judged, one entry per series.

    `volume`: grows by percents; `stepwise`: carries over, so that only its steps can surprise;
    `counted`: counts things; `share`: is a part of its cases; `least`: the fewest cases, answers or
    facts that give it a status.
    """

    volume: Bools
    stepwise: Bools
    counted: Bools
    share: Bools
    least: Codes

    @staticmethod
    def of(unit: Unit, kind: Kind, *, series: int = 1, teams: bool = False) -> Traits:
        """Those of `series` series of one kind; teams have their own rule of small groups."""
        return Traits(
            volume=np.full(series, _is_volume(unit)),
            stepwise=np.full(series, _steps(kind, unit)),
            counted=np.full(series, unit is Unit.COUNT),
            share=np.full(series, unit is Unit.RATE and kind is not Kind.SCORE),
            least=np.full(series, _least(unit, kind, teams), dtype=np.int64),
        )


@dataclass(frozen=True)
class Signal:
    """A rule (1, 2 or 3) that the period from `start` takes part in: +1 above, -1 below."""

    start: date
    rule: int
    direction: int


@dataclass(frozen=True)
class Judgement:
    """Limits and signals of the judged periods, by their first day.

    `models` says what was taken out first: level (nothing), trend or steps. A period without
    enough points before it is in none of the three.
    """

    limits: dict[date, Limits]
    models: dict[date, str]
    signals: tuple[Signal, ...]


def judge(
    figures: Sequence[Figure],
    unit: Unit,
    kind: Kind,
    *,
    overlapping: bool = False,
    last: int = JUDGED,
) -> Judgement:
    """Judge the `last` closed figures of one series, each on those before it.

    `figures` are of one KPI, scope and grain, oldest first; open ones and ones without a value
    are no points. Only points with the same set of members as the judged one count. With
    `overlapping` windows of 28 days only every fourth week is used. Too few cases give no signal.
    """
    if not figures:
        return Judgement({}, {}, ())
    grain = Grain(figures[0].grain)
    seldom = kind is Kind.FLOW
    born = [
        figure.reason != UNBORN and not (seldom and figure.closed and figure.value == 0)
        for figure in figures
    ]
    sparse = _is_sparse(born.count(False), sum(figure.closed for figure in figures))
    if sparse:
        figures = [figure for figure, is_born in zip(figures, born, strict=True) if is_born]
    starts = pd.Series([figure.start for figure in figures])
    positions = np.arange(len(figures), dtype=np.int64) if sparse else _positions(starts, grain)
    length = int(positions.max()) + 1
    values, cases, errors = (np.full((1, length), np.nan) for _ in range(3))
    sets = np.zeros((1, length), dtype=np.int64)
    codes = pd.factorize(pd.Series([figure.members for figure in figures]))[0]
    for position, figure, code in zip(positions, figures, codes, strict=True):
        if figure.closed and figure.value is not None:
            values[0, position] = figure.value
            cases[0, position] = _cases_of(figure, kind)
            if kind is Kind.SCORE and figure.low is not None and figure.high is not None:
                errors[0, position] = (figure.high - figure.low) / 2 / HALF_95
        sets[0, position] = code
    known = np.flatnonzero(~np.isnan(values[0]))[-last:]
    limits, models, signals = {}, {}, []
    by_position = dict(zip(positions.tolist(), starts, strict=True))
    stride = STRIDE.get(grain, 1) if overlapping else 1
    year = length if sparse else YEAR[grain]
    for position, judged in _judged(
        values, sets, cases, known, year, stride, Traits.of(unit, kind), errors=errors
    ):
        if np.isnan(judged.upper[0] - judged.lower[0]):  # no two neighbours, no limits
            continue
        start = by_position[position]
        limits[start] = Limits(
            float(judged.centre[0]),
            float(judged.lower[0]),
            float(judged.upper[0]),
            bool(judged.points[0] < SETTLED_POINTS),
            taken_out(int(judged.model[0]), bool(judged.seasonal[0])),
        )
        models[start] = MODELS[int(judged.model[0])]
        signals += [
            Signal(start, rule + 1, int(judged.rules[0, rule]))
            for rule in range(3)
            if judged.rules[0, rule]
        ]
    return Judgement(limits, models, tuple(sorted(signals, key=lambda s: (s.start, s.rule))))


def taken_out(model: int, seasonal: bool) -> tuple[str, ...]:
    """What was taken out of a series before a point was judged: season, trend, autocorrelation, or
    the level itself where its steps are charted."""
    return (*(("season",) if seasonal else ()), *TAKEN_OUT[model])


def judge_matrix(
    values: Floats,
    unit: Unit,
    kind: Kind,
    *,
    cases: Floats | None = None,
    overlapping: bool = False,
    last: int = JUDGED,
) -> Codes:
    """Rules of the `last` columns of many weekly series of one kind: series × points × rules 1–3.

    -1 below, +1 above, 0 else; `values` are series × unbroken weeks, NaN where unknown, `cases`
    what each is made of: the answers of a score, the facts of a quantile, else the denominator.
    """
    count, length = values.shape
    rules = np.zeros((count, length, 3), dtype=np.int64)
    for column, judged in _judged(
        values,
        np.zeros(values.shape, dtype=np.int64),
        np.full(values.shape, np.nan) if cases is None else cases,
        range(max(0, length - last), length),
        YEAR[Grain.WEEK],
        STRIDE[Grain.WEEK] if overlapping else 1,
        Traits.of(unit, kind, series=count),
    ):
        rules[:, column] = judged.rules
    return rules


def signal_frames(
    figures: Iterable[pd.DataFrame],
    catalogue: Catalogue,
    shifts: Mapping[tuple[str, Scope], Sequence[date]] | None = None,
    launched: Mapping[Scope, date] | None = None,
) -> Iterator[pd.DataFrame]:
    """Signals and limits of the last 26 closed periods of every series, ready to publish.

    `figures` hold kpi, scope_kind, scope, grain, dimension, member, start, value, denominator, n,
    closed, reason, members; rows of other grains than a KPI's cadence and of dimensions are left
    out. Each frame has the columns `COLUMNS`. A judged period has one row with rule 0, which
    carries its limits, and one for each rule it takes part in. `taken_out` names what was taken out
    of the series first, parted by commas.

    `shifts` are the first days of levels that someone has acknowledged, by KPI and scope: points
    from there on are judged on those since, points before it as ever. `launched` says when products
    came: what was before that is no point, and their first half year tells no season.

    A figure made of too few cases has limits and takes part in no rule: a score of under 30
    answers, a rate of under 10 cases, a quantile of under 5 facts.
    """
    kept = [judged_rows(frame, catalogue) for frame in figures]
    kept = [frame for frame in kept if len(frame)]
    if not kept:
        return
    rows = _since_launch(pd.concat(kept, ignore_index=True), launched or {})
    shapes = {kpi.name: (str(kpi.cadence), stride_of(kpi, catalogue)) for kpi in catalogue}
    for (grain, stride), names in _grouped(shapes).items():
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
            positions = _positions(dense["start"], Grain(grain))
            yield from _batches(
                dense, positions, Grain(grain), YEAR[Grain(grain)], stride, catalogue, shifts or {}
            )
        if len(sparse):
            positions = np.asarray(sparse.groupby(SERIES).cumcount(), dtype=np.int64)
            yield from _batches(
                sparse, positions, Grain(grain), len(sparse), stride, catalogue, shifts or {}
            )


def _since_launch(rows: pd.DataFrame, launched: Mapping[Scope, date]) -> pd.DataFrame:
    """The rows without those before a product's launch; `ramp` marks its first half year."""
    scopes = pd.MultiIndex.from_frame(rows[["scope_kind", "scope"]])
    came = [launched.get(Scope(*scope)) for scope in scopes]
    days = pd.Series(np.array(came, dtype="datetime64[s]"), index=rows.index)
    starts = pd.to_datetime(rows["start"])
    rows = rows.assign(ramp=(starts - days).dt.days < RAMP_DAYS)
    return rows[~(starts < days)].reset_index(drop=True)


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


def stride_of(kpi: Kpi, catalogue: Catalogue) -> int:
    """How many periods apart a KPI's windows no longer overlap; 1 when they never do.

    A change over a year, such as a contribution to growth, looks back over a window of a year.
    """
    behind = [kpi, *measures_of(kpi, catalogue)]
    if any("prior_year" in _names(measure.calculation) for measure in behind):
        return YEAR[kpi.cadence]
    rolling = any(measure.kind is Kind.ROLLING for measure in behind)
    return STRIDE.get(kpi.cadence, 1) if rolling else 1


def measures_of(kpi: Kpi, catalogue: Catalogue) -> list[Kpi]:
    """The KPIs and measures that a KPI's calculation names, and those that theirs name."""
    found: dict[str, Kpi] = {}
    waiting = [kpi]
    while waiting:
        for name in sorted(_names(waiting.pop().calculation)):
            if name in catalogue.entries and name not in found and name != kpi.name:
                found[name] = catalogue.entries[name]
                waiting.append(found[name])
    return list(found.values())


def _names(calculation: object) -> set[str]:
    if isinstance(calculation, dict):
        return set().union(*(_names(part) for part in calculation.values()))
    if isinstance(calculation, list | tuple):
        return set().union(*(_names(part) for part in calculation))
    return (
        set(re.findall(r"[a-z_][a-z0-9_]*", calculation)) if isinstance(calculation, str) else set()
    )


def _unborn(rows: pd.DataFrame, catalogue: Catalogue) -> pd.Series[bool]:
    """Closed periods in which there was nothing to measure, or in which nothing flowed."""
    flows = rows["kpi"].map(lambda name: catalogue[name].kind is Kind.FLOW).astype(bool)
    nothing = (rows["reason"] == UNBORN) | (flows & (rows["value"] == 0))
    return nothing & rows["closed"].astype(bool)


def _is_sparse(unborn: int, closed: int) -> bool:
    """Whether a KPI is born too seldom for a row of its periods to have neighbours."""
    return unborn > SPARSE * closed


def _is_volume(unit: Unit) -> bool:
    """Volumes grow by percents, rates and scores do not."""
    return unit in (Unit.COUNT, Unit.MONEY)


def _steps(kind: Kind, unit: Unit) -> bool:
    """Stocks of money carry over from one period to the next: only their steps can surprise."""
    return kind is Kind.STOCK and unit is Unit.MONEY


def _built_on_steps(kpi: Kpi, catalogue: Catalogue) -> bool:
    """Whether a KPI is such a stock or, as ARR is, nothing but such stocks."""
    parts = measures_of(kpi, catalogue) or [kpi]
    return kpi.unit is Unit.MONEY and all(_steps(part.kind, part.unit) for part in parts)


def _grouped(shapes: dict[str, tuple[str, int]]) -> dict[tuple[str, int], list[str]]:
    groups: dict[tuple[str, int], list[str]] = {}
    for name, shape in shapes.items():
        groups.setdefault(shape, []).append(name)
    return groups


def _positions(starts: pd.Series[Any], grain: Grain) -> Codes:
    """Each first day's place in an unbroken row of periods, the first one being 0."""
    days = pd.to_datetime(starts)
    match grain:
        case Grain.DAY | Grain.WEEK:
            found = (days - days.min()).dt.days // (7 if grain is Grain.WEEK else 1)
        case Grain.MONTH | Grain.QUARTER:
            months = days.dt.year * 12 + days.dt.month
            found = (months - months.min()) // (3 if grain is Grain.QUARTER else 1)
    return np.asarray(found, dtype=np.int64)


def _columns(
    values: Floats,
    sets: Codes,
    columns: Iterable[int],
    lag: int,
    stride: int,
    volumes: Bools,
    stepwise: Bools,
    *,
    levels: Codes | None = None,
    ramps: Bools | None = None,
) -> Iterator[tuple[int, Judged]]:
    """Judge the given columns; with a stride only every so many columns know of each other.

    Points of another level (`levels`, a code) are no baseline, but tell of the season; those of a
    launch (`ramps`) are a baseline and tell of none.
    """
    wanted = [int(column) for column in columns]
    # What carries over grows by about as much in every period, however large it has become.
    scale = np.where(stepwise, PLAIN, choose_scale(_before_judged(values), volumes))
    scaled = on_scale(values, scale)
    for phase in sorted({column % stride for column in wanted}):
        part, part_sets = scaled[:, phase::stride], sets[:, phase::stride]
        told = part if ramps is None else np.where(ramps[:, phase::stride], np.nan, part)
        seasons = season(told, part_sets, lag // stride)
        if levels is not None:
            part_sets = part_sets + (sets.max() + 2) * levels[:, phase::stride]
        for column in wanted:
            if column % stride == phase:
                yield (
                    column,
                    judge_column(part, part_sets, column // stride, seasons, scale, stepwise),
                )


def _before_judged(values: Floats) -> Floats:
    """The points before those that are judged, which say on what scale; all of a short series."""
    known = ~np.isnan(values)
    to_come = np.flip(np.cumsum(np.flip(known, 1), 1), 1)
    early = np.where(to_come > JUDGED, values, np.nan)
    enough = (~np.isnan(early)).sum(1) >= JUDGED
    found: Floats = np.where(enough[:, None], early, values)
    return found


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
    lag: int,
    stride: int,
    catalogue: Catalogue,
    shifts: Mapping[tuple[str, Scope], Sequence[date]],
) -> Iterator[pd.DataFrame]:
    """Judge the series of one grain and stride, `BATCH` at a time."""
    series = rows.groupby(SERIES, sort=True, observed=True).ngroup().to_numpy().astype(np.int64)
    labels = rows[SERIES].assign(series=series).drop_duplicates("series").sort_values("series")
    starts = pd.to_datetime(rows["start"]).to_numpy().astype("datetime64[s]")
    sets = pd.factorize(rows["members"].fillna(""))[0]
    closed = rows["closed"].to_numpy(dtype=bool)
    ramp = rows["ramp"].to_numpy(dtype=bool)
    value = np.where(closed, rows["value"].to_numpy(dtype=float, na_value=np.nan), np.nan)
    cases = _cases(rows, catalogue)
    errors = _errors(rows, catalogue)
    levels = _levels(rows, labels, series, shifts)
    length = int(positions.max()) + 1
    steps = {name: _built_on_steps(catalogue[name], catalogue) for name in labels["kpi"].unique()}
    for first in range(0, len(labels), BATCH):
        batch = labels.iloc[first : first + BATCH]
        here = (series >= first) & (series < first + BATCH)
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
            lag,
            stride,
        )
        if len(found_rows):
            first_days = np.full((len(batch), length), np.datetime64("NaT", "s"))
            first_days[at] = starts[here]
            found_rows["start"] = first_days[found_rows["series"], found_rows["position"]]
            yield found_rows.assign(grain=str(grain), dimension="", member="")[COLUMNS]


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
    lag: int,
    stride: int,
) -> pd.DataFrame:
    each = [Traits.of(kpi.unit, kpi.kind, teams=kpi.family is Family.TEAMS) for kpi in kpis]
    traits = Traits(
        volume=np.concatenate([kpi.volume for kpi in each]),
        stepwise=np.array([steps[kpi.name] for kpi in kpis]),
        counted=np.concatenate([kpi.counted for kpi in each]),
        share=np.concatenate([kpi.share for kpi in each]),
        least=np.concatenate([kpi.least for kpi in each]),
    )
    frames = []
    columns = np.flatnonzero(recent.any(0))
    for column, judged in _judged(
        values,
        sets,
        cases,
        columns,
        lag,
        stride,
        traits,
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
                                ",".join(taken_out(int(judged.model[row]), judged.seasonal[row]))
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


def _judged(
    values: Floats,
    sets: Codes,
    cases: Floats,
    columns: Iterable[int],
    lag: int,
    stride: int,
    traits: Traits,
    *,
    errors: Floats | None = None,
    levels: Codes | None = None,
    ramps: Bools | None = None,
) -> Iterator[tuple[int, Judged]]:
    """The judgements of columns as they are told: those of too few cases take part in no rule, what
    is rare happens by chance, a survey's score varies by its sampling (`errors`, standard ones) at
    least, and what never varied has no usual range (NaN limits)."""
    counts = traits.counted | traits.share
    for column, judged in _columns(
        values,
        sets,
        columns,
        lag,
        stride,
        traits.volume,
        traits.stepwise,
        levels=levels,
        ramps=ramps,
    ):
        if errors is not None:
            judged = _sampled(judged, values[:, column], HALF_LIMITS * errors[:, column])
        judged = _rare(
            judged, values[:, column], counts, np.where(traits.share, cases[:, column], 1.0)
        )
        told = traits.counted | (judged.upper > judged.lower)
        few = cases[:, column] < traits.least
        yield (
            column,
            replace(
                judged,
                upper=np.where(told, judged.upper, np.nan),
                rules=np.where((told & ~few)[:, None], judged.rules, 0),
            ),
        )


def _sampled(judged: Judged, values: Floats, reach: Floats) -> Judged:
    """The judgement of a column with limits at least `reach` off the centre where that is known."""
    upper = np.fmax(judged.upper, judged.centre + reach)
    lower = np.fmin(judged.lower, judged.centre - reach)
    rules = judged.rules.copy()
    with np.errstate(invalid="ignore"):
        rules[(lower <= values) & (values <= upper), 0] = 0
    return replace(judged, upper=upper, lower=lower, rules=rules)


def _errors(rows: pd.DataFrame, catalogue: Catalogue) -> Floats:
    """The standard errors of scores, as their 95 % intervals tell; NaN for all else."""
    if "low" not in rows:
        return np.full(len(rows), np.nan)
    scores = rows["kpi"].map(lambda name: catalogue[name].kind is Kind.SCORE).to_numpy(dtype=bool)
    low, high = (rows[name].to_numpy(dtype=float, na_value=np.nan) for name in ("low", "high"))
    found: Floats = np.where(scores, (high - low) / 2 / HALF_95, np.nan)
    return found


def _least(unit: Unit, kind: Kind, teams: bool) -> int:
    """The fewest cases, answers or facts that give a figure a status."""
    if kind is Kind.SCORE:
        return 0 if teams else LEAST_ANSWERS
    if kind is Kind.QUANTILE:
        return LEAST_FACTS
    return LEAST_CASES if unit is Unit.RATE else 0


def _cases_of(figure: Figure, kind: Kind) -> float:
    """What one figure is made of; NaN where that is not known, 0 for a score."""
    found = figure.n if kind in (Kind.SCORE, Kind.QUANTILE) else figure.denominator
    if found is None:
        return 0.0 if kind is Kind.SCORE else np.nan
    return float(found)


def _cases(rows: pd.DataFrame, catalogue: Catalogue) -> Floats:
    """What each figure is made of: the answers of a score, the facts of a quantile, else the
    denominator. NaN where that is not known, 0 for a score."""
    kinds = rows["kpi"].map(lambda name: catalogue[name].kind)
    answers = rows["n"].to_numpy(dtype=float, na_value=np.nan)
    of_answers = kinds.isin([Kind.SCORE, Kind.QUANTILE]).to_numpy()
    found = np.where(of_answers, answers, rows["denominator"].to_numpy(float, na_value=np.nan))
    unasked = (kinds == Kind.SCORE).to_numpy() & np.isnan(found)
    cases: Floats = np.where(unasked, 0.0, found)
    return cases


def _rare(judged: Judged, values: Floats, counted: Bools, cases: Floats) -> Judged:
    """The judgement of a column with limits that chance alone does not pass, where what is counted
    happens less than `RARE` times a period.

    `cases` are what a rate is a share of; 1 makes a count of one. Of a rate near 1 it is the cases
    left over that are rare.
    """
    upper, lower = judged.upper, judged.lower
    rules = judged.rules.copy()
    cases = np.where(cases > 0, cases, np.nan)
    for side in (1, -1):
        usual = judged.centre if side > 0 else 1 - judged.centre
        mean = np.maximum(usual * cases, 1 / (judged.points + 1))
        rare = counted & (usual >= 0) & (usual * cases < RARE)
        most = np.ceil(special.pdtrik(1 - RARE_TAIL, np.where(rare, mean, 1.0))) / cases
        if side > 0:
            upper = np.where(rare, np.fmax(upper, most), upper)
        else:
            rare &= cases > 1
            lower = np.where(rare, np.fmin(lower, 1 - most), lower)
        within = (values <= upper) if side > 0 else (values >= lower)
        rules[rare & (rules[:, 0] == side) & within, 0] = 0
    return replace(judged, upper=upper, lower=lower, rules=rules)
