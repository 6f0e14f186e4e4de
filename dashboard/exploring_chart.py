"""The lines of Explore to zoom into: drag over a span to see it alone, double-click to see it all.

Plotly draws this one chart, for its zoom and for a legend that hides and shows lines; it is asked
for, since Plotly keeps a browser busy ten times as long as Vega-Lite, which draws all the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from dashboard.charts import Line, axis_period, drawn, tip, up_axis_of, written
from dashboard.drawing import FONT
from dashboard.palette import Palette
from dashboard.voice import Voice
from metrics.catalogue.kpi import Kpi
from metrics.pages.review_facts import Point
from metrics.result import Figure

HEIGHT = 380
DATES = 6  # written under the chart, so that they do not meet on a phone
AXIS_FONT, TIP_FONT = 12, 13


def exploration(shown: Sequence[Line], kpi: Kpi, voice: Voice, palette: Palette) -> dict[str, Any]:
    """Lines over the same periods, as a Plotly figure; open periods hollow, absent figures a gap.

    A press on a name in the legend hides or shows its line.
    """
    known = drawn(shown)
    figures = [each for _, found in known for each in found]
    up, named = up_axis_of(figures, kpi, voice), written(figures, DATES)
    return {
        "data": [_trace(line, found, kpi, voice) for line, found in known],
        "layout": {
            "height": HEIGHT,
            "margin": {"l": 8, "r": 12, "t": 12, "b": 28},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": AXIS_FONT, "color": palette.quiet},
            "showlegend": len(shown) > 1,
            "legend": {"orientation": "h", "y": -0.14, "font": {"color": palette.ink}},
            "hovermode": "closest",
            "dragmode": "zoom",
            "hoverlabel": {
                "bgcolor": palette.surface,
                "bordercolor": palette.grid,
                "font": {"color": palette.ink, "size": TIP_FONT},
                "align": "left",
            },
            "xaxis": {
                "type": "date",
                "showgrid": False,
                "zeroline": False,
                "tickangle": 0,
                "tickvals": [each.start.isoformat() for each in named],
                "ticktext": [escape(axis_period(each, voice)) for each in named],
            },
            "yaxis": {
                "tickvals": up.ticks,
                "ticktext": [escape(label) for label in up.labels],
                "range": [up.low, up.high],
                "gridcolor": palette.grid,
                "zeroline": False,
                "automargin": True,
                "fixedrange": True,
            },
        },
    }


def _trace(line: Line, found: Sequence[Figure], kpi: Kpi, voice: Voice) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": escape(line.name),
        "x": [each.start.isoformat() for each in found],
        "y": [each.value for each in found],
        "mode": "lines+markers",
        "connectgaps": False,
        "line": {"color": line.colour, "width": 2.2},
        "marker": {
            "size": 6,
            "color": line.colour,
            "symbol": ["circle" if each.closed else "circle-open" for each in found],
        },
        "customdata": [_told(each, line, kpi, voice) for each in found],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _told(figure: Figure, line: Line, kpi: Kpi, voice: Voice) -> str:
    """What a point says: series and period, value, n, partial. Text stays text."""
    said = dict(tip(Point(figure, None), voice, kpi.unit, line.name))
    title = f"<b>{escape(str(said.pop('title')))}</b>"
    return "<br>".join(
        [title, *(f"{escape(name)} {escape(str(what))}" for name, what in said.items())]
    )
