"""The charts of the portfolio: who adds what to the company's growth, and at what margin."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from dashboard.charts import Drawing, axis_ticks, frame
from dashboard.palette import Palette
from dashboard.sentences import Voice
from dashboard.waterfall import Bar, waterfall
from metrics.catalogue.kpi import Unit
from metrics.pages.portfolio import CONTRIBUTION, MARGIN, SIZE, Holding, Portfolio
from metrics.result import Scope

SMALLEST, LARGEST = 14.0, 46.0  # pixels across
MOST_BARS = 20  # beyond it, the others are one bar
MOST_NAMES = 12  # more names would lie on one another: the pointer tells the others


def contributions(found: Portfolio, voice: Voice, palette: Palette) -> dict[str, Any]:
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
) -> dict[str, Any]:
    """Products by what they add to growth and by their margin; the area of a disc is its MRR."""
    known = [each for each in found.products if _placed(each)]
    across = [each.value(CONTRIBUTION) or 0.0 for each in known]
    up = [each.value(MARGIN) or 0.0 for each in known]
    sizes = [max(each.value(SIZE) or 0.0, 0.0) for each in known]
    most = max(sizes, default=0.0) or 1.0
    drawing = Drawing()
    drawing.add_scatter(
        x=across,
        y=up,
        mode="markers",
        marker={
            "size": [max(SMALLEST, LARGEST * (size / most) ** 0.5) for size in sizes],
            "color": [colours[each.scope] for each in known],
            "opacity": 0.85,
            "line": {"width": 1, "color": palette.surface},
        },
        customdata=[
            "<br>".join(
                escape(text)
                for text in (
                    voice.name(each.scope),
                    voice.format.points(Unit.POINTS, each.value(CONTRIBUTION)),
                    voice.format.exact(Unit.RATE, each.value(MARGIN)),
                    voice.format.exact(Unit.MONEY, each.value(SIZE)),
                )
            )
            for each in known
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    named = {each.scope for each in found.leading(MOST_NAMES).products}
    for each, x, y, size in zip(known, across, up, sizes, strict=True):
        if each.scope not in named:
            continue
        drawing.add_annotation(
            x=x,
            y=y,
            text=f"<b>{escape(voice.name(each.scope))}</b>",
            showarrow=False,
            yshift=12 + max(SMALLEST, LARGEST * (size / most) ** 0.5) / 2,
            font={"size": 12, "color": colours[each.scope]},
        )
    ticks = axis_ticks([*up, 0.0], from_zero=False)
    frame(drawing, ticks, voice, Unit.RATE, palette)
    drawing.add_shape(
        type="line", x0=0, x1=0, yref="paper", y0=0, y1=1,
        line={"color": palette.quiet, "width": 1, "dash": "dot"}, layer="below",
    )  # fmt: skip
    steps = axis_ticks([*across, 0.0], from_zero=False)
    step = steps[1] - steps[0]
    drawing.layout["xaxis"] |= {
        "tickvals": steps,
        "ticktext": [escape(voice.format.short(Unit.POINTS, each)) for each in steps],
        "range": [steps[0] - step / 2, steps[-1] + step / 2],
    }
    drawing.layout["margin"]["b"] = 36
    return drawing.figure


def _placed(holding: Holding) -> bool:
    return holding.value(CONTRIBUTION) is not None and holding.value(MARGIN) is not None
