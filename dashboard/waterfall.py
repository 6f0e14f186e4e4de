"""The waterfall: steps that lead, one after the other, to a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dashboard.drawing import HEIGHT, Axis, Drawing
from dashboard.palette import Palette
from dashboard.voice import Voice
from metrics.catalogue.kpi import Unit

BAR = 34  # pixels of a step, from one to the next
EDGES = 60  # pixels above and below the steps
THICK = 0.4  # of the way from one step to the next, above and below its middle
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


def waterfall(bars: Sequence[Bar], voice: Voice, unit: Unit, palette: Palette) -> Drawing:
    """The bars from top to bottom, each named and saying its amount."""
    low, high = bounds(bars)
    places = list(range(len(bars)))
    drawing = Drawing(
        Axis(low, high),
        Axis(len(bars) - 0.4, -0.6, places, [bar.name for bar in bars], ink=True),
        palette,
        max(HEIGHT, EDGES + BAR * len(bars)),
    )
    reached = levels(bars)
    drawing.join(
        [(end, at + THICK, end, at + 1 - THICK) for at, end in enumerate(reached[:-1])],
        palette.grid,
    )
    drawing.boxes(
        (_begun(at, bars, reached, low), at - THICK, end, at + THICK, _colour(bar, palette))
        for at, (bar, end) in enumerate(zip(bars, reached, strict=True))
    )
    for at, (bar, end) in enumerate(zip(bars, reached, strict=True)):
        back = bar.amount < 0
        drawing.text(
            end, at, bar.told, palette.ink, align="right" if back else "left",
            right=-6 if back else 6,
        )  # fmt: skip
    return drawing


def _begun(at: int, bars: Sequence[Bar], reached: Sequence[float], low: float) -> float:
    """Where a bar begins: a total on the axis or where the chart is cut, a step where the one
    before ended."""
    if bars[at].total:
        return max(low, 0.0) if bars[at].amount >= 0 else 0.0
    return reached[at - 1] if at else 0.0


def _colour(bar: Bar, palette: Palette) -> str:
    if bar.total:
        return palette.quiet
    return palette.better if bar.amount >= 0 else palette.worse
