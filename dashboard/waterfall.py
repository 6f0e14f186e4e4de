"""The waterfall: steps that lead, one after the other, to a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from typing import Any

from dashboard.charts import HEIGHT, Drawing, frame
from dashboard.palette import Palette
from dashboard.sentences import Voice
from metrics.catalogue.kpi import Unit

BAR = 34  # pixels of a step, from one to the next
EDGES = 60  # pixels above and below the steps
ROOM = 0.45  # of the span shown, for the amounts beside the bars


@dataclass(frozen=True)
class Bar:
    """One line of a waterfall: its name, its height, what is written beside it.

    A total stands on the axis; any other begins where the one before ended.
    """

    name: str
    amount: float
    told: str
    total: bool = False


def levels(bars: Sequence[Bar]) -> list[float]:
    """How far each bar reaches along the axis, in order."""
    amounts = accumulate(bars, _reach, initial=0.0)
    return list(amounts)[1:]


def _reach(before: float, bar: Bar) -> float:
    return bar.amount if bar.total else before + bar.amount


def bounds(bars: Sequence[Bar]) -> tuple[float, float]:
    """Where the axis begins and ends, with room for the text.

    Behind an opening amount it comes close enough to see the steps; else it begins at zero.
    """
    opened = bool(bars) and bars[0].total
    reached = [*levels(bars), *(() if opened else (0.0,))]
    low, high = min(reached), max(reached)
    span = max(high - low, max(abs(low), abs(high)) * 0.01) or 1.0
    if not opened:
        return low - span * (ROOM if low < 0 else 0.02), high + span * ROOM
    return low - span if low < 0 else max(0.0, low - span), high + span * ROOM


def is_cut(bars: Sequence[Bar]) -> bool:
    """Whether the axis begins above zero, which a reader must be told."""
    return bounds(bars)[0] > 0


def waterfall(bars: Sequence[Bar], voice: Voice, unit: Unit, palette: Palette) -> dict[str, Any]:
    """The bars from top to bottom, each named and saying its amount."""
    low, high = bounds(bars)
    places = list(range(len(bars)))
    drawing = Drawing()
    drawing.traces.append(
        {
            "type": "waterfall",
            "orientation": "h",
            "y": places,
            "x": [bar.amount for bar in bars],
            "measure": [_measure(at, bar) for at, bar in enumerate(bars)],
            "text": [escape(bar.told) for bar in bars],
            "textposition": "outside",
            "textfont": {"color": palette.ink, "size": 12},
            "cliponaxis": False,
            "increasing": {"marker": {"color": palette.better}},
            "decreasing": {"marker": {"color": palette.worse}},
            "totals": {"marker": {"color": palette.quiet}},
            "connector": {"line": {"color": palette.grid, "width": 1}},
            "hoverinfo": "skip",
        }
    )
    frame(drawing, [0, 1], voice, unit, palette)
    drawing.layout["height"] = max(HEIGHT, EDGES + BAR * len(bars))
    drawing.layout["xaxis"] |= {"range": [low, high], "visible": False}
    drawing.layout["yaxis"] |= {
        "tickvals": places,
        "ticktext": [escape(bar.name) for bar in bars],
        "range": [len(bars) - 0.4, -0.6],
        "showgrid": False,
        "tickfont": {"size": 12, "color": palette.ink},
    }
    return drawing.figure


def _measure(at: int, bar: Bar) -> str:
    """Plotly's word; a total that opens the chart has nothing to add up yet."""
    if not bar.total:
        return "relative"
    return "total" if at else "absolute"
