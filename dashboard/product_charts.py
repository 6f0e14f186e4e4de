"""The charts of a product's page: retention, its grid, the bridge of recurring revenue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.charts import up_axis
from dashboard.drawing import HEIGHT, Axis, Drawing, Spot
from dashboard.palette import Palette, contrast, mixed
from dashboard.voice import Voice
from dashboard.waterfall import Bar
from metrics.by_member import FeatureMap
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Unit
from metrics.cohort_grid import CohortRow, CurvePoint, RetentionTable
from metrics.pages.product_sides import Bridge, Earnings, LifeMonth

ROW = 24  # pixels of a cohort in the grid
NAMED_FEATURES = 12
SHARES = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
WIDE = 0.375  # of a month, on either side of its middle
NEAR = 0.08  # of an axis: the names of nearer features stand on different sides
EDGE = 0.8  # beyond it a name is written to the left of its point


def retention_curve(
    points: Sequence[CurvePoint], voice: Voice, palette: Palette, colour: str
) -> Drawing:
    """Who is active again k weeks after the first, of all cohorts whose k-th week is closed."""
    known = [(point, point.rate) for point in points if point.rate is not None and point.later]
    named = [point.later for point, _ in known][::-1][::2][::-1]
    drawing = Drawing(
        Axis(
            0.4,
            max((point.later for point, _ in known), default=1) + 0.6,
            named,
            [_later(later, voice) for later in named],
            size=11,
        ),
        up_axis([rate for _, rate in known], voice, Unit.RATE, from_zero=True),
        palette,
    )
    spots = [
        Spot(
            point.later,
            rate,
            {"title": _later(point.later, voice),
             voice.words.say("Figure"): voice.format.exact(Unit.RATE, rate),
             "n": voice.format.number(point.entered)},
        )
        for point, rate in known
    ]  # fmt: skip
    drawing.line(spots, colour)
    drawing.points(spots, colour, across=8)
    for point, rate in known:
        if point.later in (1, 4, 12):
            told = voice.format.short(Unit.RATE, rate)
            drawing.text(point.later, rate, told, colour, size=13, bold=True, down=-16)
    return drawing


def retention_grid(
    table: RetentionTable, voice: Voice, palette: Palette, *, since: bool = False
) -> Drawing:
    """Cohorts by week of first activity, newest below; the figure in each cell, one hue. Cells
    that are not closed for the whole cohort stay empty. `since`: of who came in that week or since.
    """
    rows = [row for row in table.cohorts if row.size]
    weeks = range(1, max((len(row.exact) for row in rows), default=1))
    drawing = Drawing(
        Axis(
            0.5,
            max(len(weeks), 1) + 0.5,
            list(weeks),
            [_later(later, voice) for later in weeks],
            above=True,
            size=11,
        ),
        Axis(
            len(rows) - 0.5,
            -0.5,
            list(range(len(rows))),
            [f"{_week(row, voice)} · {voice.format.number(row.size or 0)}" for row in rows],
            size=11,
        ),
        palette,
        60 + ROW * max(len(rows), 1),
    )
    cells = [
        (later, at, rate)
        for at, row in enumerate(rows)
        for later in weeks
        if later < len(row.exact) and (rate := _rate(row, later, since)) is not None
    ]
    most = max((rate for _, _, rate in cells), default=0.0) or 1.0
    shades = [mixed(palette.band, palette.accent, rate / most) for _, _, rate in cells]
    drawing.boxes(
        (x - 0.47, y - 0.45, x + 0.47, y + 0.45, shade)
        for (x, y, _), shade in zip(cells, shades, strict=True)
    )
    for (x, y, rate), shade in zip(cells, shades, strict=True):
        ink = max((palette.ink, palette.surface), key=lambda colour: contrast(colour, shade))
        drawing.text(x, y, voice.format.percent(rate), ink, size=11)
    return drawing


def _later(weeks: int, voice: Voice) -> str:
    return voice.words.say("W+{number}", number=weeks)


def _rate(row: CohortRow, later: int, since: bool) -> float | None:
    back = (row.on_or_after if since else row.exact)[later]
    return back / row.size if row.size and back is not None else None


def _week(row: CohortRow, voice: Voice) -> str:
    return voice.format.week(Period(row.start, row.end, Grain.WEEK, row.period), year=True)


def bridge(found: Bridge, voice: Voice, labels: dict[str, str]) -> list[Bar]:
    """From opening to closing revenue; each step that moved is named and says its amount."""
    closing, tell = found.closing.value or 0.0, voice.format
    opened = Bar(
        voice.words.say("opening"), found.opening, tell.short(Unit.MONEY, found.opening), True
    )
    moved = [
        Bar(labels[step.kpi], step.amount, tell.difference(Unit.MONEY, step.amount))
        for step in found.steps
        if step.amount
    ]
    return [
        opened,
        *moved,
        Bar(voice.words.say("closing"), closing, tell.short(Unit.MONEY, closing), True),
    ]


def earnings(found: Earnings, voice: Voice) -> list[Bar]:
    """From revenue to the product's result, or to its margin where squads' cost is not known."""
    revenue = found.revenue.value or 0.0

    def whole(name: str, amount: float) -> Bar:
        return Bar(name, amount, voice.format.short(Unit.MONEY, amount), total=True)

    def step(name: str, amount: float) -> Bar:
        return Bar(name, amount, voice.format.difference(Unit.MONEY, amount))

    words = voice.words
    bars = [
        step(words.say("revenue"), revenue),
        step(words.say("variable cost"), found.margin - revenue),
        whole(words.say("margin"), found.margin),
    ]
    if found.result is None:
        return bars
    return [
        *bars,
        step(words.say("squads"), found.result - found.margin),
        whole(words.say("result"), found.result),
    ]


def lifecycle(found: Sequence[LifeMonth], voice: Voice, palette: Palette) -> Drawing:
    """Months of users: new, back and kept above the line, lost below it."""
    words = voice.words
    shown = (
        (words.say("kept"), [month.retained for month in found], palette.quiet),
        (words.say("back"), [month.resurrected for month in found], palette.accent),
        (words.say("new users"), [month.new for month in found], palette.better),
        (words.say("lost users"), [-month.churned for month in found], palette.worse),
    )
    top = [month.retained + month.resurrected + month.new for month in found]
    up = up_axis([*top, *(-month.churned for month in found)], voice, Unit.COUNT, from_zero=True)
    named = list(range(len(found)))[::-1][::2][::-1]
    drawing = Drawing(
        Axis(
            -0.6,
            len(found) - 0.4,
            named,
            [voice.format.month(found[at].start) for at in named],
            size=11,
        ),
        replace(up, labels=[voice.format.short(Unit.COUNT, abs(tick)) for tick in up.ticks]),
        palette,
        HEIGHT + 30,
    )
    above = [0.0] * len(found)
    for name, counts, colour in shown:
        begun = [0.0 if count < 0 else under for under, count in zip(above, counts, strict=True)]
        drawing.boxes(
            [
                (at - WIDE, under, at + WIDE, under + count, colour)
                for at, (under, count) in enumerate(zip(begun, counts, strict=True))
            ],
            [
                {"title": voice.format.month(month.start), name: voice.format.number(abs(count))}
                for month, count in zip(found, counts, strict=True)
            ],
        )
        above = [under + max(count, 0) for under, count in zip(above, counts, strict=True)]
    drawing.legend([name for name, _, _ in shown], [colour for _, _, colour in shown])
    return drawing


def feature_map(found: FeatureMap, voice: Voice, palette: Palette, colour: str) -> Drawing:
    """Features by the share of users who have used them, across, and uses per user, up."""
    placed = [(each, each.depth) for each in found.features if each.depth is not None]
    depths = [depth for _, depth in placed]
    drawing = Drawing(
        Axis(-0.03, 1.05, SHARES, [voice.format.percent(share) for share in SHARES], size=11),
        up_axis([*depths, 1.0], voice, Unit.NUMBER, from_zero=True),
        palette,
    )
    spots = [
        Spot(
            each.breadth,
            depth,
            {"title": each.feature,
             voice.words.say("Share of users"): voice.format.exact(Unit.RATE, each.breadth),
             voice.words.say("Uses per user"): voice.format.exact(Unit.NUMBER, depth)},
        )
        for each, depth in placed
    ]  # fmt: skip
    drawing.points(spots, colour, across=11, opacity=0.8)
    most = max(depths, default=1.0)
    for at, (each, depth) in enumerate(placed[:NAMED_FEATURES]):
        crowded = any(
            abs(each.breadth - other.breadth) < NEAR and abs(depth - deep) < NEAR * most
            for other, deep in placed[:at]
        )
        left = (each.breadth > EDGE) != crowded
        drawing.text(
            each.breadth, depth, each.feature, palette.ink, size=11,
            align="right" if left else "left", right=-9 if left else 9,
        )  # fmt: skip
    return drawing
