"""The charts of a squad's flow: what has piled up, how long items took, how old those begun are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

import numpy as np

from dashboard.charts import HEIGHT, Drawing, axis_ticks, frame
from dashboard.palette import Palette
from dashboard.sentences import Voice
from metrics.catalogue.kpi import Unit
from metrics.flow import Flow

DATES = 5  # written under a chart of days
QUANTILES = (0.5, 0.85)
BAR = 22  # pixels of an item in progress
MOST_AGES = 25


def piles(found: Flow, voice: Voice, palette: Palette) -> dict[str, Any]:
    """Cumulative flow: finished at the bottom, in progress above it, waiting on top."""
    days = [pile.day for pile in found.piles]
    words = voice.words
    shown = (
        (words.say("finished"), [pile.done for pile in found.piles], palette.better),
        (words.say("in progress"), [pile.doing for pile in found.piles], palette.accent),
        (words.say("waiting"), [pile.waiting for pile in found.piles], palette.quiet),
    )
    drawing = Drawing()
    below = [0] * len(days)
    for name, counts, colour in shown:
        drawing.add_scatter(
            name=escape(name),
            x=[day.isoformat() for day in days],
            y=counts,
            mode="lines",
            stackgroup="one",
            line={"width": 1, "color": colour},
            fillcolor=_faint(colour),
            hovertemplate=f"%{{x}}<br>{escape(name)} %{{y}}<extra></extra>",
        )
        top = [under + count for under, count in zip(below, counts, strict=True)]
        if counts and counts[-1]:
            drawing.add_annotation(
                x=days[-1].isoformat(),
                y=(below[-1] + top[-1]) / 2,
                text=f"<b>{escape(name)}</b> {counts[-1]}",
                showarrow=False,
                xanchor="left",
                xshift=6,
                font={"size": 12, "color": colour},
            )
        below = top
    frame(drawing, axis_ticks(below or [1.0], from_zero=True), voice, Unit.COUNT, palette)
    _days(drawing, days, voice)
    drawing.layout["margin"]["r"] = 110
    return drawing.figure


def cycle_times(found: Flow, voice: Voice, palette: Palette, colour: str) -> dict[str, Any]:
    """Each finished item by its day and the days it took, with the median and 85th percentile."""
    known = [(item, item.cycle_days) for item in found.finished if item.cycle_days is not None]
    taken = [days for _, days in known]
    drawing = Drawing()
    drawing.add_scatter(
        x=[item.day.isoformat() for item, _ in known],
        y=taken,
        mode="markers",
        marker={"size": 7, "color": colour, "opacity": 0.7},
        customdata=[
            f"<b>{escape(item.item)}</b><br>{escape(voice.format.date(item.day))}<br>"
            f"{escape(voice.format.exact(Unit.DAYS, days))}"
            for item, days in known
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    if taken:
        for quantile in QUANTILES:
            at = float(np.quantile(taken, quantile))
            drawing.add_shape(
                type="line", xref="paper", x0=0, x1=1, y0=at, y1=at,
                line={"color": palette.quiet, "width": 1, "dash": "dot"},
            )  # fmt: skip
            named = voice.words.say(
                "{share} took {days} or less",
                share=voice.format.percent(quantile),
                days=voice.format.short(Unit.DAYS, at),
            )
            drawing.add_annotation(
                xref="paper", x=1, y=at, text=escape(named), showarrow=False, xanchor="right",
                yanchor="bottom", font={"size": 11, "color": palette.ink},
            )  # fmt: skip
    frame(drawing, axis_ticks([*taken, 1.0], from_zero=True), voice, Unit.DAYS, palette)
    _days(drawing, [item.day for item, _ in known], voice)
    return drawing.figure


def ages(found: Flow, voice: Voice, palette: Palette) -> dict[str, Any]:
    """Items in progress, the oldest first, by their days so far; those that wait say so."""
    shown = found.in_progress[:MOST_AGES]
    drawing = Drawing()
    waits = voice.words.say("blocked")
    told = [
        voice.format.short(Unit.DAYS, item.age) + (f" · {waits}" if item.blocked else "")
        for item in shown
    ]
    drawing.traces.append(
        {
            "type": "bar",
            "orientation": "h",
            "width": 0.6,
            "x": [item.age for item in shown],
            "y": list(range(len(shown))),
            "text": [escape(text) for text in told],
            "textposition": "outside",
            "textfont": {"color": palette.ink, "size": 12},
            "cliponaxis": False,
            "marker": {
                "color": [palette.worse if item.blocked else palette.quiet for item in shown]
            },
            "hoverinfo": "skip",
        }
    )
    frame(drawing, [0, 1], voice, Unit.COUNT, palette)
    most = max((item.age for item in shown), default=1) or 1
    drawing.layout["height"] = max(HEIGHT // 2, 50 + BAR * len(shown))
    drawing.layout["xaxis"] |= {"range": [0, most * 1.4], "visible": False}
    drawing.layout["yaxis"] |= {
        "tickvals": list(range(len(shown))),
        "ticktext": [escape(item.item) for item in shown],
        "range": [len(shown) - 0.4, -0.6],
        "showgrid": False,
    }
    return drawing.figure


def _days(drawing: Drawing, days: Sequence[date], voice: Voice) -> None:
    """A time axis with few dates, which do not meet on a phone."""
    if not days:
        return
    first, last = min(days), max(days)
    step = max((last - first).days // (DATES - 1), 1)
    named = [last - timedelta(step * at) for at in range(DATES)]
    shown = [day for day in named if day >= first]
    drawing.layout["xaxis"] |= {
        "type": "date",
        "tickvals": [day.isoformat() for day in shown],
        "ticktext": [escape(voice.format.date(day, year=False)) for day in shown],
    }


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.25)"
