"""A chart in the making, as a Vega-Lite specification; every chart but one is that.

Vega-Lite and not Plotly: measured in one run, a chart of Plotly kept the browser busy for 2.8 s
more than an empty page, one of Vega for 0.3 s (`benchmarks/README.md`).

Text reaches the page as text: marks are SVG, and what the pointer is told is escaped by Vega.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.palette import Palette

FONT = "Source Sans, Source Sans Pro, sans-serif"
HEIGHT = 300
DOTS = [2, 3]  # pixels drawn and left out

#: What the pointer is told at a mark: a title under "title", then values by what they are.
Tip = Mapping[str, str]


@dataclass(frozen=True)
class Axis:
    """One side of a chart: from where to where, and what is written at which places."""

    low: float
    high: float
    ticks: Sequence[float] = ()
    labels: Sequence[str] = ()
    grid: bool = False
    above: bool = False  # written above the chart instead of below it
    ink: bool = False  # names that are read, not figures that are glanced at
    size: int = 12


@dataclass(frozen=True)
class Spot:
    """One point or the corner of a line; without `y` the line has a gap."""

    x: float
    y: float | None
    tip: Tip = field(default_factory=dict)


class Drawing:
    """Layers on two axes, from back to front in the order in which they were added."""

    def __init__(self, across: Axis, up: Axis, palette: Palette, height: int = HEIGHT) -> None:
        self._across, self._up, self._palette = across, up, palette
        self._height = height
        self._layers: list[dict[str, Any]] = [self._frame()]

    def line(
        self,
        spots: Sequence[Spot],
        colour: str,
        *,
        width: float = 2.2,
        opacity: float = 1.0,
        dashed: bool = False,
    ) -> None:
        """A line that stops where a figure is absent."""
        mark = {"type": "line", "strokeWidth": width, "opacity": opacity, "stroke": colour}
        if dashed:
            mark["strokeDash"] = DOTS
        self._add(mark, [{"x": spot.x, "y": spot.y} for spot in spots], x="x", y="y")

    def area(
        self, places: Sequence[float], below: Sequence[float], above: Sequence[float], colour: str
    ) -> None:
        """What lies between two lines."""
        rows = [
            {"x": x, "y": low, "y2": high}
            for x, low, high in zip(places, below, above, strict=True)
        ]
        mark = {"type": "area", "fill": colour, "fillOpacity": 0.25, "line": {"stroke": colour}}
        self._add(mark, rows, x="x", y="y", y2="y2")

    def points(
        self,
        spots: Sequence[Spot],
        colours: str | Sequence[str],
        *,
        across: float | Sequence[float] = 7.0,
        hollow: bool = False,
        opacity: float = 1.0,
    ) -> None:
        """Discs, so many pixels across."""
        rows = []
        for at, spot in enumerate(spots):
            wide = across if isinstance(across, int | float) else across[at]
            rows.append(
                {
                    "x": spot.x,
                    "y": spot.y,
                    "c": colours if isinstance(colours, str) else colours[at],
                    "s": round(math.pi * (wide / 2) ** 2, 1),
                }
                | _told(spot.tip)
            )
        mark: dict[str, Any] = {"type": "point", "filled": not hollow, "opacity": opacity}
        mark |= {"strokeWidth": 2, "fill": self._palette.surface} if hollow else {}
        colour = {"stroke": _own("c")} if hollow else {"color": _own("c")}
        self._add(mark, rows, x="x", y="y", size=_own("s", "quantitative"), **colour)

    def ticks(self, spots: Sequence[Spot], colour: str) -> None:
        """Short level strokes, as targets are."""
        rows = [{"x": spot.x, "y": spot.y} | _told(spot.tip) for spot in spots]
        mark = {"type": "point", "shape": "stroke", "size": 80, "stroke": colour}
        self._add(mark | {"strokeWidth": 1.6}, rows, x="x", y="y")

    def boxes(
        self,
        rows: Iterable[tuple[float, float, float, float, str]],
        tips: Sequence[Tip] = (),
        *,
        rounded: int = 0,
    ) -> None:
        """Rectangles from (x, y) to (x2, y2), each in its colour."""
        found = [{"x": x, "y": y, "x2": x2, "y2": y2, "c": colour} for x, y, x2, y2, colour in rows]
        for row, tip in zip(found, tips, strict=False):
            row |= _told(tip)
        mark = {"type": "rect", "cornerRadius": rounded}
        self._add(mark, found, x="x", y="y", x2="x2", y2="y2", color=_own("c"))

    def level(self, y: float, colour: str) -> None:
        """A dotted line from side to side."""
        self._rule({"y": y}, colour)

    def plumb(self, x: float, colour: str) -> None:
        """A dotted line from top to bottom."""
        self._rule({"x": x}, colour)

    def join(self, rows: Iterable[tuple[float, float, float, float]], colour: str) -> None:
        """Thin strokes from (x, y) to (x2, y2)."""
        found = [{"x": x, "y": y, "x2": x2, "y2": y2} for x, y, x2, y2 in rows]
        mark = {"type": "rule", "stroke": colour}
        self._add(mark, found, x="x", y="y", x2="x2", y2="y2")

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str,
        *,
        size: int = 12,
        bold: bool = False,
        align: str = "center",
        right: float = 0,
        down: float = 0,
        tip: Tip | None = None,
    ) -> None:
        """Words at a place, so many pixels to the right of it and below."""
        style = {
            "type": "text", "fontSize": size, "fontWeight": 600 if bold else 400, "align": align,
            "baseline": "middle", "dx": right, "dy": down,
        }  # fmt: skip
        row = {"x": x, "y": y, "t": words, "c": colour} | _told(tip or {})
        if not tip:
            style["aria"] = False
        last = self._layers[-1]
        if last["mark"] == style:
            last["data"]["values"].append(row)
            return
        text = {"field": "t", "type": "nominal"}
        self._add(style, [row], x="x", y="y", text=text, color=_own("c"))

    def legend(self, names: Sequence[str], colours: Sequence[str]) -> None:
        """Names of colours, under the chart."""
        scale = {"domain": list(names), "range": list(colours)}
        shown = {"orient": "bottom", "title": None, "symbolType": "circle", "symbolOpacity": 1,
                 "columns": 4, "labelLimit": 190, "labelColor": self._palette.quiet,
                 "labelFontSize": 12, "offset": 8}  # fmt: skip
        rows = [{"x": self._across.low, "y": self._up.low, "n": name} for name in names]
        colour = {"field": "n", "type": "nominal", "scale": scale, "legend": shown}
        mark = {"type": "point", "filled": True, "opacity": 0}
        self._add(mark, rows, x="x", y="y", color=colour)

    @property
    def spec(self) -> dict[str, Any]:
        """The specification."""
        return {
            "height": self._height,
            "padding": {"left": 4, "top": 6, "right": 8, "bottom": 4},
            "layer": self._layers,
            # The frame alone has axes; a datum's colours are its own, and share no scale.
            "resolve": {"axis": {"x": "independent", "y": "independent"},
                        "scale": {"color": "independent", "stroke": "independent"}},
            "config": {"background": "transparent", "font": FONT, "view": {"stroke": None},
                       "mark": {"invalid": "break-paths-show-path-domains"}},
        }  # fmt: skip

    def _frame(self) -> dict[str, Any]:
        """Both axes, on a mark that nobody sees."""
        across, up = self._across, self._up
        return {
            "data": {"values": [{"x": across.low, "y": up.low}]},
            "mark": {"type": "point", "opacity": 0, "aria": False},
            "encoding": {
                "x": _place("x", across) | {"axis": self._axis(across, bottom=True)},
                "y": _place("y", up) | {"axis": self._axis(up, bottom=False)},
            },
        }

    def _axis(self, axis: Axis, *, bottom: bool) -> dict[str, Any] | None:
        if not axis.ticks and not axis.grid:
            return None
        shown = {
            "values": list(axis.ticks),
            "labelExpr": f"{json.dumps(list(axis.labels))}[indexof({json.dumps(list(axis.ticks))}, "
            "datum.value)]",
            "labelColor": self._palette.ink if axis.ink else self._palette.quiet,
            "labelFontSize": axis.size, "labelAngle": 0, "labelLimit": 180, "labelPadding": 6,
            "labelOverlap": bottom, "title": None, "domain": False,
            "ticks": False, "grid": axis.grid, "gridColor": self._palette.grid,
        }  # fmt: skip
        shown["orient"] = ("top" if axis.above else "bottom") if bottom else "left"
        return shown

    def _rule(self, at: dict[str, float], colour: str) -> None:
        mark = {"type": "rule", "stroke": colour, "strokeDash": DOTS}
        self._add(mark, [at], **{name: name for name in at})

    def _add(self, mark: dict[str, Any], rows: list[dict[str, Any]], **channels: Any) -> None:
        if not rows:
            return
        encoding: dict[str, Any] = {}
        for name, channel in channels.items():
            if name in ("x", "y"):
                axis = self._across if name == "x" else self._up
                encoding[name] = _place(channel, axis) | {"axis": None}
            else:
                encoding[name] = {"field": channel} if isinstance(channel, str) else channel
        if any("tip" in row for row in rows):
            encoding["tooltip"] = {"field": "tip", "type": "nominal"}
            encoding["description"] = {"field": "told", "type": "nominal"}
        else:
            mark["aria"] = False  # only what can be pointed at is read out
        self._layers.append({"data": {"values": rows}, "mark": mark, "encoding": encoding})


def _place(name: str, axis: Axis) -> dict[str, Any]:
    """A place on an axis, whose ends are not moved to round numbers."""
    scale = {"domain": [axis.low, axis.high], "nice": False, "zero": False}
    return {"field": name, "type": "quantitative", "scale": scale}


def _own(name: str, kind: str = "nominal") -> dict[str, Any]:
    """A colour or size that each datum brings itself."""
    return {"field": name, "type": kind, "scale": None, "legend": None}


def _told(tip: Tip) -> dict[str, Any]:
    """What the pointer is told, and the same in one line for readers without one."""
    if not tip:
        return {}
    rest = [f"{what} {said}" for what, said in tip.items() if what != "title"]
    return {"tip": dict(tip), "told": ", ".join([tip["title"], *rest])}
