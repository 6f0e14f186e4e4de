"""How well signals are told from noise: recall by size of step, false alarms by kind of series.

    .venv/bin/python benchmarks/detection.py [--seeds 20] [--series 40]

Weekly series of 104 to 156 points are made of each kind; their last 26 points are judged, each on
those before it, as a publication does. Beside them, in the same run, plain XmR: all three rules on
limits from the 26 points before. A false alarm is a rule that newly takes part in a point of a
series in which nothing was planted; of ours only rule 1 counts, which alone opens a subject. Recall
is the share of steps, planted at random among those 26 points, up or down at random and lasting to
the end, that are newly raised in their direction in the period of the step or the next. A step is
so many standard deviations of the series around its level, trend and season; a volume that would
fall below 0 stays at 0. Limits that raise more find more, so beside both stands what plain XmR
finds by rule 1 once its limits are stretched until it raises no more than ours. Last stands what
a detector finds that raises no more than ours and is told what nobody knows: how the series is made
and how large the step is (`likelihood`). With overlapping windows the step is planted in what the
windows are taken over, so it takes four weeks to arrive; those rows are not part of the recall over
all kinds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import likelihood  # noqa: E402
from metrics.catalogue.kpi import Kind, Unit  # noqa: E402
from metrics.detection.season import JUDGED  # noqa: E402
from metrics.detection.signals import judge_matrix  # noqa: E402

Floats = NDArray[np.float64]
Rules = NDArray[np.int64]

LONGEST, SHORTEST = 156, 104
XMR_BASELINE = 26
SIZES = (2, 3, 4, 5)
RECALL_WITHIN = 2
#: How many times wider plain XmR's limits are tried.
STRETCHES = tuple(1.06**number for number in range(29))
#: How likely a step must be made, as a logarithm, for who is told the truth to raise it.
CUTS = np.arange(-1, 14, 0.1)

#: August and Christmas, as in the sample company, by week of a 52-week year.
DIPS = {
    29: 0.97, 30: 0.90, 31: 0.80, 32: 0.67, 33: 0.58, 34: 0.66, 35: 0.84,
    51: 0.86, 52: 0.55, 1: 0.62, 2: 0.93,
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A series in which nothing happens, and how to plant a step of `sizes` deviations at a week"""

    values: Floats
    planted: Callable[[int, float], Floats]
    ratio: likelihood.Ratio


def _stepped(
    values: Floats, deviation: float, ratio: likelihood.Ratio, *, volume: bool = False
) -> Made:
    def planted(week: int, size: float) -> Floats:
        found = values.copy()
        found[week:] += size * deviation
        return np.maximum(found, 0.0) if volume else found

    return Made(values, planted, ratio)


def independent(rng: np.random.Generator) -> Made:
    return _around(np.full(LONGEST, 100.0), np.full(LONGEST, 10.0), 10, rng)


def _around(level: Floats, scatter: Floats, deviation: float, rng: np.random.Generator) -> Made:
    lifted = deviation / scatter
    ratio = likelihood.of_surprises(lambda values: (values - level) / scatter, lifted, lifted)
    return _stepped(level + scatter * rng.normal(size=LONGEST), deviation, ratio)


def autocorrelated(rng: np.random.Generator) -> Made:
    """AR(1), each point keeping 0.5 to 0.8 of the deviation of the one before."""
    kept, warm = rng.uniform(0.5, 0.8), 50
    drawn = rng.normal(size=LONGEST + warm)
    values = np.zeros(LONGEST + warm)
    for week in range(1, LONGEST + warm):
        values[week] = kept * values[week - 1] + drawn[week]
    scatter = 10 * np.sqrt(1 - kept**2)
    earlier = scatter * values[warm - 1]

    def surprises(found: Floats) -> Floats:
        off = found - 100
        return (off - kept * np.concatenate([[earlier], off[:-1]])) / scatter

    lifted = np.full(LONGEST, 10 / scatter)
    ratio = likelihood.of_surprises(surprises, lifted, (1 - kept) * lifted)
    return _stepped(100 + scatter * values[warm:], 10, ratio)


def seasonal(rng: np.random.Generator) -> Made:
    """A yearly wave and the dips of August and Christmas, with noise of 4 %."""
    week = (np.arange(LONGEST) + rng.integers(52)) % 52
    wave = 1 + 0.15 * np.sin(2 * np.pi * week / 52 + rng.uniform(0, 2 * np.pi))
    dips = np.array([DIPS.get(int(number) + 1, 1.0) for number in week])
    return _around(1000 * wave * dips, 40 * wave * dips, 40, rng)


def skewed(rng: np.random.Generator) -> Made:
    """Lognormal amounts (σ of 0.3 to 0.9) or Poisson counts (means of 2 to 12), as likely."""
    if rng.random() < 0.5:
        sigma = rng.uniform(0.3, 0.9)
        deviation = float(np.sqrt((np.exp(sigma**2) - 1) * np.exp(sigma**2)))
        amounts = np.exp(sigma * rng.normal(size=LONGEST))
        ratio = likelihood.amounts(sigma, 100.0, 100 * deviation)
        return _stepped(100 * amounts, 100 * deviation, ratio, volume=True)
    usual = rng.uniform(2, 12)
    counts = rng.poisson(usual, size=LONGEST).astype(float)
    ratio = likelihood.counts(usual)
    made = _stepped(counts, float(np.sqrt(usual)), ratio, volume=True)
    return Made(counts, lambda week, size: np.round(made.planted(week, size)), ratio)


def trending(rng: np.random.Generator) -> Made:
    """Growth of 10 to 60 % a year with noise of 5 % of the first level."""
    growth = (1 + rng.uniform(0.1, 0.6)) ** (np.arange(LONGEST) / 52)
    return _around(1000 * growth, np.full(LONGEST, 50.0), 50, rng)


def overlapping(rng: np.random.Generator) -> Made:
    """The mean of the trailing four weeks of independent ones, taken every week."""
    weekly = rng.normal(100, 20, size=LONGEST + 3)

    def trailing(numbers: Floats) -> Floats:
        return np.convolve(numbers, np.ones(4) / 4, "valid")

    def planted(week: int, size: float) -> Floats:
        return trailing(weekly + size * 10 * (np.arange(LONGEST + 3) >= week + 3))

    def surprises(found: Floats) -> Floats:
        weeks = weekly.copy()
        for week in range(LONGEST):  # what newly enters
            weeks[week + 3] = 4 * found[week] - weeks[week : week + 3].sum()
        return (weeks[3:] - 100) / 20

    lifted = np.full(LONGEST, 0.5)
    ratio = likelihood.of_surprises(surprises, lifted, lifted)
    return Made(trailing(weekly), planted, ratio)


KINDS: dict[str, Callable[[np.random.Generator], Made]] = {
    "independent": independent,
    "autocorrelated": autocorrelated,
    "seasonal": seasonal,
    "skewed": skewed,
    "trending": trending,
    "overlapping": overlapping,
}
#: The kinds over which recall is taken together.
STEPPED = ("independent", "autocorrelated", "seasonal", "skewed")


def ours(kind: str, values: Floats) -> Rules:
    """Rule 1 as the product judges such series: series × points × 1, -1, 0 or +1."""
    unit, of = Unit.COUNT, Kind.ROLLING if kind == "overlapping" else Kind.FLOW
    return judge_matrix(values, unit, of, overlapping=kind == "overlapping")[:, :, :1]


def plain_xmr(values: Floats) -> Rules:
    """All three rules on limits from the 26 points before: series × points × 3."""
    found = np.zeros((*values.shape, 3), dtype=np.int64)
    for week in range(values.shape[1] - JUDGED - 1, values.shape[1]):
        before = values[:, week - XMR_BASELINE : week]
        centre = np.nanmean(before, axis=1)[:, None]
        reach = 2.66 * np.nanmean(np.abs(np.diff(before)), axis=1)[:, None]
        latest = values[:, week - 7 : week + 1] - centre
        far, near = (
            (latest > edge).astype(int) - (latest < -edge).astype(int)
            for edge in (reach, reach / 2)
        )
        found[:, week, 0] = far[:, -1]
        for side in (1, -1):
            three = (near[:, -1] == side) & ((near[:, -4:] == side).sum(1) >= 3)
            found[:, week, 1] += side * three
            found[:, week, 2] += side * (np.sign(latest) == side).all(1)
    return found


def reaches(values: Floats) -> Floats:
    """How far each judged point lies from plain XmR's centre, in its limits: series × points."""
    found = np.zeros(values.shape)
    for week in range(values.shape[1] - JUDGED - 1, values.shape[1]):
        before = values[:, week - XMR_BASELINE : week]
        reach = 2.66 * np.nanmean(np.abs(np.diff(before)), axis=1)
        found[:, week] = (values[:, week] - np.nanmean(before, axis=1)) / reach
    return found


def stretched(far: Floats, by: float) -> Rules:
    """Rule 1 on limits `by` times as wide: series × points × 1."""
    found: Rules = (np.sign(far) * (np.abs(far) > by)).astype(np.int64)[:, :, None]
    return found


def newly(rules: Rules) -> NDArray[np.bool_]:
    """Where a rule takes part that did not, in that direction, in the period before."""
    before = np.concatenate([np.zeros_like(rules[:, :1]), rules[:, :-1]], 1)
    found: NDArray[np.bool_] = (rules != 0) & (rules != before)
    return found


@dataclass(frozen=True)
class Tally:
    """Of one kind: false alarms and periods, and per size steps found and planted."""

    alarms: int
    periods: int
    found: dict[int, int]
    planted: int

    def __add__(self, other: Tally) -> Tally:
        found = {size: self.found[size] + other.found[size] for size in self.found}
        return Tally(
            self.alarms + other.alarms,
            self.periods + other.periods,
            found,
            self.planted + other.planted,
        )

    @property
    def per_hundred(self) -> float:
        return 100 * self.alarms / self.periods

    def recall(self, size: int) -> float:
        return self.found[size] / self.planted


@dataclass(frozen=True)
class Told:
    """By size and by each of `CUTS`: false alarms and steps found of who is told the truth."""

    alarms: dict[int, NDArray[np.int64]]
    found: dict[int, NDArray[np.int64]]

    def __add__(self, other: Told) -> Told:
        return Told(
            {size: self.alarms[size] + other.alarms[size] for size in self.alarms},
            {size: self.found[size] + other.found[size] for size in self.found},
        )

    def raising(self, most: int) -> dict[int, int]:
        """By size, the steps found while raising that many false alarms at most."""
        return {
            size: int(self.found[size][alarms <= most].max(initial=0))
            for size, alarms in self.alarms.items()
        }


def measured(kind: str, seed: int, count: int) -> tuple[Tally, Tally, list[Tally], Told]:
    """Ours, plain XmR, XmR stretched by each of `STRETCHES`, and who is told the truth, on `count`
    series of a kind and on the same with steps in them."""
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    made = [KINDS[kind](rng) for _ in range(count)]
    young = LONGEST - rng.integers(SHORTEST, LONGEST + 1, size=count)  # weeks that are not there
    weeks = rng.integers(LONGEST - JUDGED, LONGEST - 1, size=count)
    sides = np.where(rng.random(count) < 0.5, -1, 1)

    def cut(series: list[Floats]) -> Floats:
        values = np.stack(series)
        values[np.arange(LONGEST) < young[:, None]] = np.nan
        return values

    def alarms(rules: Rules) -> int:
        return int(newly(rules).any(2)[:, -JUDGED:].sum())

    def raised(rules: Rules) -> int:
        right = newly(rules) & (rules == sides[:, None, None])
        return sum(
            bool(right[row, week : week + RECALL_WITHIN].any()) for row, week in enumerate(weeks)
        )

    quiet = cut([one.values for one in made])
    still = reaches(quiet)
    found: tuple[dict[int, int], dict[int, int]] = ({}, {})
    wide: list[dict[int, int]] = [{} for _ in STRETCHES]
    told = Told({}, {})
    for size in SIZES:
        planted = [
            one.planted(int(week), float(size * side))
            for one, week, side in zip(made, weeks, sides, strict=True)
        ]
        stepped = cut(planted)
        told.alarms[size] = np.array([alarms(rules) for rules in knowing(made, None, size)])
        told.found[size] = np.array([raised(rules) for rules in knowing(made, planted, size)])
        found[0][size] = raised(ours(kind, stepped))
        found[1][size] = raised(plain_xmr(stepped))
        far = reaches(stepped)
        for by, sizes in zip(STRETCHES, wide, strict=True):
            sizes[size] = raised(stretched(far, by))
    return (
        Tally(alarms(ours(kind, quiet)), count * JUDGED, found[0], count),
        Tally(alarms(plain_xmr(quiet)), count * JUDGED, found[1], count),
        [
            Tally(alarms(stretched(still, by)), count * JUDGED, sizes, count)
            for by, sizes in zip(STRETCHES, wide, strict=True)
        ],
        told,
    )


def knowing(made: list[Made], planted: list[Floats] | None, size: int) -> Iterator[Rules]:
    """What who is told the truth raises, by each of `CUTS`: series × points × 1."""
    each = [one.values for one in made] if planted is None else planted
    evidence = [
        likelihood.Evidence.of(values, one.ratio, float(size))
        for one, values in zip(made, each, strict=True)
    ]
    weight, side = (
        np.stack([getattr(one, part) for one in evidence]) for part in ("weight", "side")
    )
    for least in CUTS:
        yield ((weight > least) * side).astype(np.int64)[:, :, None]


def over_seeds(kind: str, seeds: int, count: int) -> tuple[Tally, Tally, Tally, Tally]:
    """Ours, plain XmR, XmR stretched until it raises no more than ours, and who is told the truth
    and raises no more than ours."""
    tallies = [measured(kind, seed, count) for seed in range(seeds)]
    ours_, plain, wide, told = tallies[0]
    for mine, other, others, knows in tallies[1:]:
        ours_, plain, told = ours_ + mine, plain + other, told + knows
        wide = [one + more for one, more in zip(wide, others, strict=True)]
    as_few = next((tally for tally in wide if tally.alarms <= ours_.alarms), wide[-1])
    best = Tally(ours_.alarms, ours_.periods, told.raising(ours_.alarms), ours_.planted)
    return ours_, plain, as_few, best


def report(seeds: int, count: int) -> None:
    print(f"{seeds} seeds × {count} series of each kind; Vigie (plain XmR; XmR stretched to raise")
    print("no more than Vigie; who is told the truth and raises no more)\n")
    print("| kind | false alarms per 100 | " + " | ".join(f"recall {s} σ" for s in SIZES) + " |")
    print("|---|---|" + "---|" * len(SIZES))
    tallies = {}
    for kind in KINDS:
        mine, *others = tallies[kind] = over_seeds(kind, seeds, count)
        plain, wide, _ = others
        cells = [_cell(mine.recall(s), *(other.recall(s) for other in others)) for s in SIZES]
        alarms = f"{mine.per_hundred:.2f} ({plain.per_hundred:.1f}; {wide.per_hundred:.2f})"
        print(f"| {kind} | {alarms} | {' | '.join(cells)} |", flush=True)
    together = [
        _cell(*(float(np.mean([tallies[k][who].recall(s) for k in STEPPED])) for who in range(4)))
        for s in SIZES
    ]
    print(f"| {', '.join(STEPPED)} together | | {' | '.join(together)} |")


def _cell(mine: float, *others: float) -> str:
    return f"{mine:.0%} ({'; '.join(f'{other:.0%}' for other in others)})"


def speed(series: int) -> None:
    rng = np.random.default_rng(0)
    values = 1000 + 30 * rng.normal(size=(series, SHORTEST))
    begun = time.perf_counter()
    judge_matrix(values, Unit.COUNT, Kind.FLOW)
    print(
        f"\n{series:,} weekly series judged at {JUDGED} points: {time.perf_counter() - begun:.0f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--series", type=int, default=40)
    chosen = parser.parse_args()
    if chosen.series:
        report(chosen.seeds, chosen.series)
        speed(10_000)


if __name__ == "__main__":
    main()
