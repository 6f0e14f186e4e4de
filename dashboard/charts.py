"""The charts of figures over time, in one style: light horizontal grid, no frame, direct labels.

A chart is made from facts and a voice; it knows no screen. The small ones are SVG, in
`dashboard.pictures`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.drawing import HEIGHT, Axis, Drawing, Spot, Tip
from dashboard.palette import Palette
from dashboard.pictures import describes
from dashboard.sentences import reason, short_period
from dashboard.spacing import apart
from dashboard.voice import Voice
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Kind, Kpi, Unit
from metrics.detection.signals import UNBORN
from metrics.pages.review_facts import Point, SixTwelve
from metrics.reading import Limits
from metrics.register.remarks import Annotation
from metrics.result import Figure

MONTHS_AT = 7  # six weeks stand at 0…5, then a gap, then twelve months
FOOT = 0.15  # of the axis: below it a label would touch the dates
DIRECT_LABELS = 4  # more lines than this are named by a legend
DATES = 4  # written under a longer chart, so that they do not meet on a phone


@dataclass(frozen=True)
class Placed:
    """A point of a 6-12 chart and where it stands."""

    x: int
    point: Point

    @property
    def value(self) -> float | None:
        return self.point.figure.value


def six_twelve(facts: SixTwelve, voice: Voice, palette: Palette, colour: str) -> Drawing:
    """The 6-12 chart: six weeks, a gap, twelve months, on one value axis.

    This year is a line with points, the prior year a thin grey line, the target short ticks, the
    usual range of the weeks a pale band, an open period hollow and dashed.
    """
    kpi = voice.catalogue[facts.kpi]
    weeks = [Placed(index, point) for index, point in enumerate(facts.weeks)]
    after = MONTHS_AT if weeks else 0
    months = [Placed(after + index, point) for index, point in enumerate(facts.months)]
    placed, shift = [*weeks, *months], facts.new_level
    values = [
        value
        for each in placed
        for value in (each.value, each.point.prior_year, each.point.target)
        if value is not None
    ]
    for limits in (facts.limits, shift.limits if shift else None):
        values += [limits.lower, limits.upper] if limits else []
    up = up_axis(values, voice, kpi.unit, from_zero=starts_at_zero(kpi.kind, kpi.unit))
    drawing = Drawing(_periods(weeks, months, voice), up, palette)
    past = [each.value for each in weeks]
    begins = shift.before - 0.5 if shift and shift.before else -0.4
    if shift is not None and shift.limits is not None:
        _band(drawing, shift.limits, -0.4, begins, palette)
    if facts.limits is not None and weeks:
        seen = past[shift.before :] if shift else past
        start = begins if describes(facts.limits, seen) else len(weeks) - 1.4
        _band(drawing, facts.limits, start, len(weeks) - 0.6, palette)
    _flags(drawing, placed, facts.annotations, up, palette)
    _restated(drawing, placed, facts, palette)
    for side in (weeks, months):
        _prior_year(drawing, side, palette)
    for side in (weeks, months):
        _this_year(drawing, side, voice, kpi.unit, up, palette, colour)
    _targets(drawing, placed, voice, kpi.unit, palette)
    _labels(drawing, weeks, months, up, voice, kpi.unit, palette, colour)
    return drawing


@dataclass(frozen=True)
class Line:
    """One named line of figures, oldest first, in its colour."""

    name: str
    colour: str
    figures: tuple[Figure, ...]


def lines(
    shown: Sequence[Line],
    kpi: Kpi,
    voice: Voice,
    palette: Palette,
    *,
    height: int = HEIGHT,
    dates: int = DATES,
) -> Drawing:
    """Several lines over the same periods; open periods hollow, absent figures a gap.

    Up to four lines are named where they end, more by a legend; `dates` are written below, at most.
    """
    known = drawn(shown)
    figures = [each for _, found in known for each in found]
    named = written(figures, dates)
    days = [each.start for each in figures]
    first, last = min(days, default=date.min), max(days, default=date.min)
    up = up_axis_of(figures, kpi, voice)
    room = max((last - first).days * 0.02, 1.0)
    across = Axis(
        first.toordinal() - room,
        last.toordinal() + room,
        [each.start.toordinal() for each in named],
        [axis_period(each, voice) for each in named],
        size=11,
    )
    direct = len(shown) <= DIRECT_LABELS
    drawing = Drawing(across, up, palette, height if direct else height + 60)
    ends: list[tuple[float, Line]] = []
    for line, found in known:
        spots = [
            Spot(
                each.start.toordinal(),
                each.value,
                tip(Point(each, None), voice, kpi.unit, line.name),
            )
            for each in found
        ]
        drawing.line(spots, line.colour)
        told = list(zip(spots, found, strict=True))
        drawing.points([spot for spot, each in told if each.closed], line.colour, across=6)
        drawing.points(
            [spot for spot, each in told if not each.closed], line.colour, across=7, hollow=True
        )
        ends += [(each.value, line) for each in found if each.value is not None][-1:]
    if not direct:
        drawing.legend([line.name for line in shown], [line.colour for line in shown])
    elif len(shown) > 1:
        _end_labels(drawing, ends, up, last)
    elif ends:
        _last_figure(drawing, known[0], voice, kpi.unit, up)
    return drawing


def drawn(shown: Sequence[Line]) -> list[tuple[Line, list[Figure]]]:
    """The lines with the figures that are drawn. A period in which the KPI was not born, a week
    without a sprint's end, is no gap."""
    return [(line, [each for each in line.figures if each.reason != UNBORN]) for line in shown]


def written(figures: Iterable[Figure], most: int) -> list[Figure]:
    """The periods written under a chart, at most so many, counted from the last."""
    days = {each.start: each for each in figures}
    newest_first = [days[day] for day in sorted(days, reverse=True)]
    return newest_first[:: max(1, math.ceil(len(newest_first) / most))][::-1]


def up_axis_of(figures: Iterable[Figure], kpi: Kpi, voice: Voice) -> Axis:
    """The axis of a KPI's values."""
    values = [each.value for each in figures if each.value is not None]
    return up_axis(values, voice, kpi.unit, from_zero=starts_at_zero(kpi.kind, kpi.unit))


def _end_labels(drawing: Drawing, ends: Sequence[tuple[float, Line]], up: Axis, last: date) -> None:
    """The lines' names beside their ends, pushed apart where they would meet."""
    room = (up.high - up.low) * 0.07
    heights = apart([value for value, _ in ends], room, up.low, up.high)
    for (_, line), at in zip(ends, heights, strict=True):
        drawing.text(last.toordinal(), at, line.name, line.colour, bold=True, align="left", right=8)


def _last_figure(
    drawing: Drawing, line: tuple[Line, list[Figure]], voice: Voice, unit: Unit, up: Axis
) -> None:
    """The figure that a line ends with, above its point, or below it where the line comes down."""
    drawn_as, found = line
    told = [(each.start.toordinal(), each.value) for each in found if each.value is not None]
    x, value = told[-1]
    foot = up.ticks[0] + (up.ticks[-1] - up.ticks[0]) * FOOT
    falls = len(told) > 1 and foot < value < told[-2][1]
    drawing.text(
        x, value, voice.format.short(unit, value), drawn_as.colour, size=13, bold=True,
        align="right", down=17 if falls else -17, right=8,
    )  # fmt: skip


def axis_period(figure: Figure, voice: Voice) -> str:
    """A period on the axis of a longer chart, with its year where weeks or months repeat."""
    match figure.grain:
        case Grain.WEEK:
            number = voice.words.say("W{number}", number=int(figure.period.split("-W")[1]))
            return f"{number} {figure.period[2:4]}"
        case Grain.MONTH:
            return f"{voice.format.month(figure.start)} {figure.period[2:4]}"
        case Grain.QUARTER:
            grain = Grain(figure.grain)
            return voice.format.period(Period(figure.start, figure.end, grain, figure.period))
        case _:
            return voice.format.date(figure.end, year=False)


def starts_at_zero(kind: Kind, unit: Unit) -> bool:
    """Volumes start at zero; rates, scores and durations keep their natural range."""
    return unit in (Unit.COUNT, Unit.MONEY) and kind is not Kind.RATIO


def axis_ticks(values: Iterable[float], *, from_zero: bool, about: int = 4) -> list[float]:
    """Round values that span all of `values`, about `about` steps of 1, 2 or 5 × 10ⁿ."""
    known = list(values) or [0.0, 1.0]
    low, high = min(known), max(known)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        spread = abs(high) or 1.0
        low, high = low - spread / 10, high + spread / 10
    raw = (high - low) / about
    scale = 10.0 ** math.floor(math.log10(raw))
    step = next(scale * factor for factor in (1, 2, 5, 10) if scale * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * index, 12) for index in range(first, last + 1)]


def up_axis(values: Iterable[float], voice: Voice, unit: Unit, *, from_zero: bool) -> Axis:
    """The value axis that spans all of `values`, with figures at round steps."""
    ticks = axis_ticks(values, from_zero=from_zero)
    margin = (ticks[-1] - ticks[0]) * 0.06
    return Axis(
        ticks[0] - (0 if ticks[0] == 0 else margin),
        ticks[-1] + margin,
        ticks,
        [voice.format.short(unit, tick) for tick in ticks],
        grid=True,
    )


def _band(drawing: Drawing, limits: Limits, x0: float, x1: float, palette: Palette) -> None:
    """A usual range, pale behind the weeks that it is of."""
    drawing.boxes([(x0, limits.lower, x1, limits.upper, palette.band)])


def _this_year(
    drawing: Drawing,
    placed: Sequence[Placed],
    voice: Voice,
    unit: Unit,
    up: Axis,
    palette: Palette,
    colour: str,
) -> None:
    # A week in which no sprint ends is no gap: the line goes on over it.
    placed = [each for each in placed if each.point.figure.reason != UNBORN]
    closed = [each for each in placed if each.point.figure.closed]
    drawing.line([Spot(each.x, each.value) for each in closed], colour)
    for each in placed:
        if each.point.figure.closed or each.value is None:
            continue
        before = [other for other in closed if other.x == each.x - 1 and other.value is not None]
        tail = [Spot(other.x, other.value) for other in (*before, each)]
        drawing.line(tail, colour, width=1.6, dashed=True)
    for known, hollow in ((closed, False), ([e for e in placed if e not in closed], True)):
        spots = [
            Spot(each.x, each.value, tip(each.point, voice, unit))
            for each in known
            if each.value is not None
        ]
        if spots:
            drawing.points(spots, colour, across=8, hollow=hollow)
    for each in placed:
        if each.value is None:
            told = {"title": reason(voice, each.point.figure)}
            drawing.text(each.x, up.low, "○", palette.quiet, size=13, down=-8, tip=told)


def _restated(
    drawing: Drawing, placed: Sequence[Placed], facts: SixTwelve, palette: Palette
) -> None:
    """A ring around each figure that was reported otherwise before."""
    moved = {one.period for each in facts.restated for one in each.moved}
    known = {(period.grain, period.start) for period in moved}
    spots = [
        Spot(each.x, each.value)
        for each in placed
        if each.value is not None
        and (Grain(each.point.figure.grain), each.point.figure.start) in known
    ]
    if spots:
        drawing.points(spots, palette.quiet, across=15, hollow=True)


def _prior_year(drawing: Drawing, placed: Sequence[Placed], palette: Palette) -> None:
    if any(each.point.prior_year is not None for each in placed):
        spots = [Spot(each.x, each.point.prior_year) for each in placed]
        drawing.line(spots, palette.quiet, width=1, opacity=0.75)


def _targets(
    drawing: Drawing, placed: Sequence[Placed], voice: Voice, unit: Unit, palette: Palette
) -> None:
    spots = [
        Spot(
            each.x,
            each.point.target,
            {"title": voice.words.say("target"),
             voice.words.say("Figure"): voice.format.exact(unit, each.point.target)},
        )
        for each in placed
        if each.point.target is not None
    ]  # fmt: skip
    if spots:
        drawing.ticks(spots, palette.ink)


def _flags(
    drawing: Drawing,
    placed: Sequence[Placed],
    found: Sequence[Annotation],
    up: Axis,
    palette: Palette,
) -> None:
    """A numbered flag over each week and month in which something was noted; the numbers are
    explained under the chart."""
    for each in placed:
        period = each.point.figure
        numbers = [
            str(number)
            for number, noted in enumerate(found, 1)
            if period.start <= noted.day <= period.end
        ]
        if numbers:
            drawing.plumb(each.x, palette.quiet)
            told = f"⚑ {', '.join(numbers)}"
            drawing.text(each.x, up.high, told, palette.ink, size=11, align="left", right=3, down=5)


def _labels(
    drawing: Drawing,
    weeks: Sequence[Placed],
    months: Sequence[Placed],
    up: Axis,
    voice: Voice,
    unit: Unit,
    palette: Palette,
    colour: str,
) -> None:
    """The last figure of each side, and the name of the grey line, written where they stand.

    What stands near the foot of the chart is written above its point, clear of the dates.
    """
    foot = up.ticks[0] + (up.ticks[-1] - up.ticks[0]) * FOOT
    for side in (weeks, months):
        known = [(each.x, each.value) for each in side if each.value is not None]
        if known:
            x, value = known[-1]
            falls = len(known) > 1 and foot < value < known[-2][1]
            drawing.text(
                x, value, voice.format.short(unit, value), colour, size=13, bold=True,
                down=17 if falls else -17,
            )  # fmt: skip
    earlier = [
        (each, each.point.prior_year) for each in months if each.point.prior_year is not None
    ]
    if earlier:
        first, prior = earlier[0]
        above = prior < foot or (first.value is not None and prior > first.value)
        drawing.text(
            first.x, prior, voice.words.say("prior year"), palette.quiet, align="left",
            down=-12 if above else 12,
        )  # fmt: skip


def _periods(weeks: Sequence[Placed], months: Sequence[Placed], voice: Voice) -> Axis:
    """Every other period is named, counted from the last, so that names do not meet on a phone."""
    named = [each for side in (weeks, months) for each in side[::-1][::2][::-1]]
    return Axis(
        -0.7,
        max((each.x for each in (*weeks, *months)), default=0) + 0.7,
        [each.x for each in named],
        [short_period(voice, each.point.figure) for each in named],
        size=11,
    )


def tip(point: Point, voice: Voice, unit: Unit, name: str = "") -> Tip:
    """What a point says: date, value, comparison, n, closed or partial."""
    figure, words = point.figure, voice.words
    period = Period(figure.start, figure.end, Grain(figure.grain), figure.period)
    title = voice.format.period(period)
    told = {
        "title": f"{name} · {title}" if name else title,
        words.say("Figure"): voice.format.exact(unit, figure.value),
    }
    if point.prior_year is not None:
        told[words.say("A year earlier")] = voice.format.exact(unit, point.prior_year)
    if figure.low is not None and figure.high is not None:
        told[words.say("95 % interval")] = voice.format.between(unit, figure.low, figure.high)
    if figure.n is not None:
        told["n"] = voice.format.number(figure.n)
    note = reason(voice, figure) if figure.closed else words.say("partial")
    return told | ({words.say("Note"): note} if note else {})
