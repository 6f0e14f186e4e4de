"""The quadrant of cap and cadence."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from dashboard.charts import Drawing, frame
from dashboard.palette import Palette
from dashboard.sentences import Voice
from metrics.catalogue.kpi import Unit
from metrics.pages.bearings import Bearings
from metrics.pages.signs import HIGH
from metrics.result import Scope

TICKS = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
NEAR = 0.06  # of an axis: names nearer than that are put on different sides
MOST_NAMES = 20
EDGE = 0.85  # beyond it a name is written to the left of its point


def quadrant(
    found: Bearings, voice: Voice, palette: Palette, colours: Mapping[Scope, str]
) -> dict[str, Any]:
    """Products by cadence, across, and cap, up; what needs nothing stands top right."""
    placed = [
        (each, each.pace.value, each.heading.value)
        for each in found.products
        if each.pace.value is not None and each.heading.value is not None
    ]
    drawing = Drawing()
    drawing.add_scatter(
        x=[x for _, x, _ in placed],
        y=[y for _, _, y in placed],
        mode="markers",
        marker={
            "size": 16,
            "color": [colours[each.product] for each, _, _ in placed],
            "line": {"width": 1, "color": palette.surface},
        },
        customdata=[
            f"<b>{escape(each.name)}</b><br>Cap {escape(voice.format.percent(y))}<br>"
            f"Cadence {escape(voice.format.percent(x))}"
            for each, x, y in placed
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    # More names than that would lie on one another: the pointer tells them.
    named = placed if len(placed) <= MOST_NAMES else []
    for at, (each, x, y) in enumerate(named):
        crowded = any(abs(x - a) < NEAR and abs(y - b) < NEAR for _, a, b in placed[:at])
        left = x > EDGE
        drawing.add_annotation(
            x=x,
            y=y,
            text=f"<b>{escape(each.name)}</b>",
            showarrow=False,
            xanchor="right" if left else "left",
            xshift=-13 if left else 13,
            yshift=-14 if crowded else 0,
            font={"size": 12, "color": colours[each.product]},
        )
    frame(drawing, TICKS, voice, Unit.RATE, palette)
    for side in ({"x0": HIGH, "x1": HIGH, "yref": "paper", "y0": 0, "y1": 1},
                 {"y0": HIGH, "y1": HIGH, "xref": "paper", "x0": 0, "x1": 1}):  # fmt: skip
        drawing.add_shape(
            type="line",
            line={"color": palette.quiet, "width": 1, "dash": "dot"},
            layer="below",
            **side,
        )
    drawing.layout["xaxis"] |= {
        "tickvals": TICKS,
        "ticktext": [escape(voice.format.percent(tick)) for tick in TICKS],
        "range": [-0.05, 1.08],
    }
    drawing.layout["height"] = 360
    drawing.layout["margin"]["b"] = 36
    return drawing.figure
