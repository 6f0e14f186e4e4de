"""Every chart of the dashboard, in one style: light horizontal grid, no frame, direct labels.

A chart is made from facts and a voice; it knows no screen. These are Plotly figures; the small ones
are SVG, in `dashboard.pictures`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any

from dashboard.palette import Palette
from dashboard.pictures import describes
from dashboard.sentences import Voice, reason
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Kind, Kpi, Unit
from metrics.detection.signals import UNBORN
from metrics.pages.review import Limits, Point, SixTwelve
from metrics.register.remarks import Annotation
from metrics.result import Figure

MONTHS_AT = 7  # six weeks stand at 0…5, then a gap, then twelve months
FONT = "Source Sans, Source Sans Pro, sans-serif"
HEIGHT = 300
FOOT = 0.15  # of the axis: below it a label would touch the dates


@dataclass(frozen=True)
class Spot:
    """One drawn point: where it stands, its figure, and the same period a year earlier."""

    x: int
    point: Point

    @property
    def value(self) -> float | None:
        return self.point.figure.value


@dataclass
class Drawing:
    """A Plotly figure in the making, as the plain data that Plotly draws."""

    traces: list[dict[str, Any]] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=lambda: {"shapes": [], "annotations": []})

    @property
    def figure(self) -> dict[str, Any]:
        return {"data": self.traces, "layout": self.layout}

    def add_scatter(self, **trace: Any) -> None:
        self.traces.append({"type": "scatter", **trace})

    def add_shape(self, **shape: Any) -> None:
        self.layout["shapes"].append(shape)

    def add_annotation(self, **annotation: Any) -> None:
        self.layout["annotations"].append(annotation)


def six_twelve(facts: SixTwelve, voice: Voice, palette: Palette, colour: str) -> dict[str, Any]:
    """The 6-12 chart: six weeks, a gap, twelve months, on one value axis.

    This year is a line with points, the prior year a thin grey line, the target short ticks, the
    usual range of the weeks a pale band, an open period hollow and dashed.
    """
    unit = voice.catalogue[facts.kpi].unit
    weeks = [Spot(index, point) for index, point in enumerate(facts.weeks)]
    after = MONTHS_AT if weeks else 0
    months = [Spot(after + index, point) for index, point in enumerate(facts.months)]
    drawing = Drawing()
    past = [spot.value for spot in weeks]
    shift = facts.new_level
    begins = shift.before - 0.5 if shift and shift.before else -0.4
    if shift is not None and shift.limits is not None:
        _band(drawing, shift.limits, -0.4, begins, palette)
    if facts.limits is not None and weeks:
        seen = past[shift.before :] if shift else past
        start = begins if describes(facts.limits, seen) else len(weeks) - 1.4
        _band(drawing, facts.limits, start, len(weeks) - 0.6, palette)
    for side in (weeks, months):
        _prior_year(drawing, side, voice, unit, palette)
    for side in (weeks, months):
        _this_year(drawing, side, voice, unit, palette, colour)
    _targets(drawing, [*weeks, *months], voice, unit, palette)
    values = [
        value
        for spot in (*weeks, *months)
        for value in (spot.value, spot.point.prior_year, spot.point.target)
        if value is not None
    ]
    for limits in (facts.limits, shift.limits if shift else None):
        values += [limits.lower, limits.upper] if limits else []
    ticks = axis_ticks(values, from_zero=starts_at_zero(voice.catalogue[facts.kpi].kind, unit))
    _labels(drawing, weeks, months, ticks, voice, unit, palette, colour)
    _flags(drawing, [weeks, months], facts.annotations, palette)
    _layout(drawing, [*weeks, *months], ticks, voice, unit, palette)
    return drawing.figure


@dataclass(frozen=True)
class Line:
    """One named line of figures, oldest first, in its colour."""

    name: str
    colour: str
    figures: tuple[Figure, ...]


DIRECT_LABELS = 4  # more lines than this are named by a legend
DATES = 4  # written under a longer chart, so that they do not meet on a phone
WORDS_WIDE = 7  # pixels of a letter beside a line


def lines(shown: Sequence[Line], kpi: Kpi, voice: Voice, palette: Palette) -> dict[str, Any]:
    """Several lines over the same periods; open periods hollow, absent figures a gap.

    Up to four lines are named where they end, more by a legend.
    """
    drawing = Drawing()
    direct = len(shown) <= DIRECT_LABELS
    values: list[float] = []
    ends: list[tuple[float, Line]] = []
    days: dict[date, Figure] = {}
    for line in shown:
        known = [each for each in line.figures if each.reason != UNBORN]
        days |= {each.start: each for each in known}
        values += [each.value for each in known if each.value is not None]
        drawing.add_scatter(
            name=escape(line.name),
            x=[each.start.isoformat() for each in known],
            y=[each.value for each in known],
            mode="lines+markers",
            line={"color": line.colour, "width": 2.2},
            marker={
                "size": 6,
                "color": line.colour,
                "symbol": ["circle" if each.closed else "circle-open" for each in known],
            },
            connectgaps=False,
            customdata=[
                f"{escape(line.name)}<br>{hover(Point(each, None), voice, kpi.unit)}"
                for each in known
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        last = [each for each in known if each.value is not None][-1:]
        ends += [(each.value, line) for each in last if each.value is not None]
    ticks = axis_ticks(values, from_zero=starts_at_zero(kpi.kind, kpi.unit))
    if direct and len(shown) > 1:
        _end_labels(drawing, ends, ticks, max(days, default=None))
    frame(drawing, ticks, voice, kpi.unit, palette)
    named = [days[day] for day in sorted(days)][::-1]
    step = max(1, math.ceil(len(named) / DATES))
    drawing.layout["xaxis"] |= {
        "type": "date",
        "tickvals": [each.start.isoformat() for each in named[::step]],
        "ticktext": [escape(axis_period(each, voice)) for each in named[::step]],
    }
    letters = max((len(line.name) for line in shown), default=0)
    if direct and len(shown) > 1:
        drawing.layout["margin"]["r"] = min(16 + WORDS_WIDE * letters, 150)
    elif not direct:
        drawing.layout |= {"showlegend": True, "legend": {"orientation": "h", "y": -0.14}}
        drawing.layout["height"] = HEIGHT + 60
    return drawing.figure


def _end_labels(
    drawing: Drawing, ends: Sequence[tuple[float, Line]], ticks: list[float], last: date | None
) -> None:
    """The lines' names beside their ends, pushed apart where they would meet."""
    least = (ticks[-1] - ticks[0]) * 0.075
    at = -math.inf
    for value, line in sorted(ends, key=lambda end: end[0]):
        at = max(value, at + least)
        drawing.add_annotation(
            x=last.isoformat() if last else 0,
            y=at,
            text=f"<b>{escape(line.name)}</b>",
            showarrow=False,
            xanchor="left",
            xshift=8,
            font={"size": 12, "color": line.colour},
        )


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


def _band(drawing: Drawing, limits: Limits, x0: float, x1: float, palette: Palette) -> None:
    """A usual range, pale behind the weeks that it is of."""
    drawing.add_shape(
        type="rect",
        x0=x0,
        x1=x1,
        y0=limits.lower,
        y1=limits.upper,
        fillcolor=palette.band,
        line={"width": 0},
        layer="below",
    )


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


def _this_year(
    drawing: Drawing,
    spots: Sequence[Spot],
    voice: Voice,
    unit: Unit,
    palette: Palette,
    colour: str,
) -> None:
    # A week in which no sprint ends is no gap: the line goes on over it.
    spots = [spot for spot in spots if spot.point.figure.reason != UNBORN]
    closed = [spot for spot in spots if spot.point.figure.closed]
    drawing.add_scatter(
        name=voice.words.say("this year"),
        x=[spot.x for spot in closed],
        y=[spot.value for spot in closed],
        mode="lines+markers",
        line={"color": colour, "width": 2.2},
        marker={"size": 7, "color": colour},
        connectgaps=False,
        customdata=[hover(spot.point, voice, unit) for spot in closed],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for spot in spots:
        if spot.point.figure.closed or spot.value is None:
            continue
        before = [other for other in closed if other.x == spot.x - 1 and other.value is not None]
        tail = [*before, spot]
        drawing.add_scatter(
            name=voice.words.say("partial"),
            x=[other.x for other in tail],
            y=[other.value for other in tail],
            mode="lines+markers",
            line={"color": colour, "width": 1.6, "dash": "dot"},
            marker={
                "size": [0] * len(before) + [9],
                "symbol": "circle-open",
                "color": colour,
                "line": {"width": 2},
            },
            customdata=[hover(other.point, voice, unit) for other in tail],
            hovertemplate="%{customdata}<extra></extra>",
        )
    for spot in spots:
        if spot.value is None:
            drawing.add_annotation(
                x=spot.x,
                y=0.02,
                yref="paper",
                text="○",
                showarrow=False,
                font={"size": 13, "color": palette.quiet},
                hovertext=escape(reason(voice, spot.point.figure)),
            )


def _prior_year(
    drawing: Drawing, spots: Sequence[Spot], voice: Voice, unit: Unit, palette: Palette
) -> None:
    if all(spot.point.prior_year is None for spot in spots):
        return
    drawing.add_scatter(
        name=voice.words.say("prior year"),
        x=[spot.x for spot in spots],
        y=[spot.point.prior_year for spot in spots],
        mode="lines",
        line={"color": palette.quiet, "width": 1},
        opacity=0.75,
        connectgaps=False,
        hoverinfo="skip",
    )


def _targets(
    drawing: Drawing,
    spots: Sequence[Spot],
    voice: Voice,
    unit: Unit,
    palette: Palette,
) -> None:
    wanted = [spot for spot in spots if spot.point.target is not None]
    if not wanted:
        return
    drawing.add_scatter(
        name=voice.words.say("target"),
        x=[spot.x for spot in wanted],
        y=[spot.point.target for spot in wanted],
        mode="markers",
        marker={
            "symbol": "line-ew",
            "size": 9,
            "line": {"width": 1.6, "color": palette.ink},
        },
        customdata=[escape(voice.format.exact(unit, spot.point.target)) for spot in wanted],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _flags(
    drawing: Drawing,
    sides: Sequence[Sequence[Spot]],
    found: Sequence[Annotation],
    palette: Palette,
) -> None:
    """A numbered flag over each week and month in which something was noted; the numbers are
    explained under the chart."""
    for spot in [spot for side in sides for spot in side]:
        period = spot.point.figure
        numbers = [
            str(number)
            for number, each in enumerate(found, 1)
            if period.start <= each.day <= period.end
        ]
        if not numbers:
            continue
        drawing.add_shape(
            type="line",
            x0=spot.x,
            x1=spot.x,
            y0=0,
            y1=1,
            yref="paper",
            layer="below",
            line={"color": palette.quiet, "width": 1, "dash": "dot"},
        )
        drawing.add_annotation(
            x=spot.x,
            y=1,
            yref="paper",
            yanchor="top",
            text=", ".join(numbers),
            showarrow=False,
            bgcolor=palette.surface,
            bordercolor=palette.quiet,
            borderpad=2,
            font={"size": 11, "color": palette.ink},
        )


def _labels(
    drawing: Drawing,
    weeks: Sequence[Spot],
    months: Sequence[Spot],
    ticks: list[float],
    voice: Voice,
    unit: Unit,
    palette: Palette,
    colour: str,
) -> None:
    """The last figure of each side, and the name of the grey line, written where they stand.

    What stands near the foot of the chart is written above its point, clear of the dates.
    """
    foot = ticks[0] + (ticks[-1] - ticks[0]) * FOOT
    for side in (weeks, months):
        known = [spot for spot in side if spot.value is not None]
        if known:
            last = known[-1]
            before = known[-2].value if len(known) > 1 else None
            falls = before is not None and last.value is not None and foot < last.value < before
            drawing.add_annotation(
                x=last.x,
                y=last.value,
                text=f"<b>{escape(voice.format.short(unit, last.value))}</b>",
                showarrow=False,
                yshift=-17 if falls else 17,
                font={"size": 13, "color": colour},
            )
    earlier = [spot for spot in months if spot.point.prior_year is not None]
    if earlier:
        first = earlier[0]
        prior = first.point.prior_year or 0.0
        above = prior < foot or (first.value is not None and prior > first.value)
        drawing.add_annotation(
            x=first.x,
            y=prior,
            text=escape(voice.words.say("prior year")),
            showarrow=False,
            yshift=12 if above else -12,
            xanchor="left",
            font={"size": 12, "color": palette.quiet},
        )


def _layout(
    drawing: Drawing,
    spots: Sequence[Spot],
    ticks: list[float],
    voice: Voice,
    unit: Unit,
    palette: Palette,
) -> None:
    # Every other period is named, counted from the last, so that names do not meet on a phone.
    sides: dict[str, list[Spot]] = {}
    for spot in spots:
        sides.setdefault(spot.point.figure.grain, []).append(spot)
    named = [spot for side in sides.values() for spot in side[::-1][::2]]
    frame(drawing, ticks, voice, unit, palette)
    drawing.layout["xaxis"] |= {
        "tickvals": [spot.x for spot in named],
        "ticktext": [escape(short_period(spot.point.figure, voice)) for spot in named],
        "range": [-0.7, (spots[-1].x if spots else 0) + 0.7],
    }


def frame(drawing: Drawing, ticks: list[float], voice: Voice, unit: Unit, palette: Palette) -> None:
    """What every chart has: no frame, a light horizontal grid, quiet type."""
    margin = (ticks[-1] - ticks[0]) * 0.06
    drawing.layout.update(
        height=HEIGHT,
        margin={"l": 8, "r": 12, "t": 12, "b": 28},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        font={"family": FONT, "size": 12, "color": palette.quiet},
        hoverlabel={
            "bgcolor": palette.surface,
            "bordercolor": palette.grid,
            "font": {"color": palette.ink, "size": 13},
            "align": "left",
        },
    )
    drawing.layout["xaxis"] = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickangle": 0,
        "tickfont": {"size": 11, "color": palette.quiet},
    }
    drawing.layout["yaxis"] = {
        "tickvals": ticks,
        "ticktext": [escape(voice.format.short(unit, tick)) for tick in ticks],
        "range": [ticks[0] - (0 if ticks[0] == 0 else margin), ticks[-1] + margin],
        "showgrid": True,
        "gridcolor": palette.grid,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
        "tickfont": {"size": 12, "color": palette.quiet},
    }


def short_period(figure: Figure, voice: Voice) -> str:
    """A period on an axis: "W46" or "S46" for a week, "Nov" for a month."""
    if figure.grain == Grain.WEEK:
        return voice.words.say("W{number}", number=int(figure.period.split("-W")[1]))
    return voice.format.month(figure.start)


def hover(point: Point, voice: Voice, unit: Unit) -> str:
    """What a point says: date, value, comparison, n, closed or partial. HTML lines, escaped."""
    figure = point.figure
    period = Period(figure.start, figure.end, Grain(figure.grain), figure.period)
    lines = [
        f"<b>{escape(voice.format.period(period))}</b>",
        escape(voice.format.exact(unit, figure.value)),
    ]
    if point.prior_year is not None:
        lines.append(
            escape(
                voice.words.say(
                    "a year earlier {value}", value=voice.format.exact(unit, point.prior_year)
                )
            )
        )
    if figure.n is not None:
        lines.append(f"n = {escape(voice.format.number(figure.n))}")
    if not figure.closed:
        lines.append(escape(voice.words.say("partial")))
    elif told := reason(voice, figure):
        lines.append(escape(told))
    return "<br>".join(lines)
