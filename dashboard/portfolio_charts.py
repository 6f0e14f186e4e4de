"""The charts of the portfolio: who adds what to the company's growth, and at what margin."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.charts import axis_ticks, up_axis
from dashboard.drawing import Axis, Drawing, Spot
from dashboard.palette import Palette
from dashboard.voice import Voice
from dashboard.waterfall import Bar, waterfall
from metrics.catalogue.kpi import Unit
from metrics.pages.portfolio import CONTRIBUTION, MARGIN, SIZE, Holding, Portfolio
from metrics.result import Scope

SMALLEST, LARGEST = 14.0, 46.0  # pixels across
MOST_BARS = 20  # beyond it, the others are one bar
TOLD = ((CONTRIBUTION, Unit.POINTS), (MARGIN, Unit.RATE), (SIZE, Unit.MONEY))
#: Of what is shown: names as near as that in width and height would meet on a phone.
REACH, NEAR = 0.25, 0.1
MOST_NAMES = 12  # more names would lie on one another: the pointer tells the others


def contributions(found: Portfolio, voice: Voice, palette: Palette) -> Drawing:
    """Each product's points of the company's growth, one after the other up to the whole; of many
    products, the others are one step."""
    leading = found.leading(MOST_BARS)
    parts = [(each, each.value(CONTRIBUTION)) for each in leading.products]
    bars = [
        Bar(voice.name(each.scope), points, voice.format.points(Unit.POINTS, points))
        for each, points in parts
        if points is not None
    ]
    if leading.others:
        others = voice.words.count("{n} other product", "{n} other products", leading.others)
        told = voice.format.points(Unit.POINTS, leading.points)
        bars.append(Bar(others, leading.points, told))
    whole = found.company.value(CONTRIBUTION) or 0.0
    told = voice.format.points(Unit.POINTS, whole)
    bars.append(Bar(voice.name(found.company.scope), whole, told, total=True))
    return waterfall(bars, voice, Unit.POINTS, palette)


def growth_and_margin(
    found: Portfolio, voice: Voice, palette: Palette, colours: Mapping[Scope, str]
) -> Drawing:
    """Products by what they add to growth and by their margin; the area of a disc is its MRR."""
    known = placed(found)
    across = [each.value(CONTRIBUTION) or 0.0 for each in known]
    up = [each.value(MARGIN) or 0.0 for each in known]
    sizes = [max(each.value(SIZE) or 0.0, 0.0) for each in known]
    most = max(sizes, default=0.0) or 1.0
    wide = [max(SMALLEST, LARGEST * (size / most) ** 0.5) for size in sizes]
    steps = axis_ticks([*across, 0.0], from_zero=False)
    half = (steps[1] - steps[0]) / 2
    drawing = Drawing(
        Axis(
            steps[0] - half,
            steps[-1] + half,
            steps,
            [voice.format.short(Unit.POINTS, each) for each in steps],
            size=11,
        ),
        up_axis([*up, 0.0], voice, Unit.RATE, from_zero=False),
        palette,
    )
    drawing.plumb(0, palette.quiet)
    spots = [
        Spot(
            x,
            y,
            {
                "title": voice.name(each.scope),
                **{
                    voice.short_label(kpi): voice.format.exact(unit, each.value(kpi))
                    for kpi, unit in TOLD
                    if kpi in voice.catalogue
                },
            },
        )
        for each, x, y in zip(known, across, up, strict=True)
    ]
    drawing.points(spots, [colours[each.scope] for each in known], across=wide, opacity=0.85)
    named = {each.scope for each in found.leading(MOST_NAMES).products}
    reach, high = REACH * (steps[-1] - steps[0]), NEAR * (max([*up, 0.0]) - min([*up, 0.0]))
    for each, x, y, broad in zip(known, across, up, wide, strict=True):
        if each.scope in named:
            lefts = sum(
                0 < x - a < reach and abs(y - b) < high for a, b in zip(across, up, strict=True)
            )
            # Of neighbours' names, every other one stands below its disc.
            down = (10 + broad / 2) * (1 if lefts % 2 else -1)
            drawing.text(x, y, voice.name(each.scope), colours[each.scope], bold=True, down=down)
    return drawing


def placed(found: Portfolio) -> list[Holding]:
    """The products whose growth and margin are both known."""
    return [
        each
        for each in found.products
        if each.value(CONTRIBUTION) is not None and each.value(MARGIN) is not None
    ]
