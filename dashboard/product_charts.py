"""The charts of a product's page: retention, its grid, the bridge of recurring revenue."""

from __future__ import annotations

from html import escape
from typing import Any

from dashboard.charts import Drawing, axis_ticks, frame
from dashboard.palette import Palette
from dashboard.sentences import Voice
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Unit
from metrics.cohort_grid import CohortRow, RetentionTable
from metrics.product_sides import Bridge

ROW = 24  # pixels of a cohort in the grid


def retention_curve(
    table: RetentionTable, voice: Voice, palette: Palette, colour: str
) -> dict[str, Any]:
    """Who is active again k weeks after the first, of all cohorts whose k-th week is closed."""
    drawing = Drawing()
    points = [point for point in table.curve if point.rate is not None and point.later]
    rates = [point.rate or 0.0 for point in points]
    drawing.add_scatter(
        x=[point.later for point in points],
        y=rates,
        mode="lines+markers",
        line={"color": colour, "width": 2.2},
        marker={"size": 7, "color": colour},
        customdata=[
            f"<b>{escape(_later(point.later, voice))}</b><br>"
            f"{escape(voice.format.exact(Unit.RATE, point.rate))}<br>"
            f"n = {escape(voice.format.number(point.entered))}"
            for point in points
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    ticks = axis_ticks(rates, from_zero=True)
    for point in points:
        if point.later in (1, 4, 12):
            drawing.add_annotation(
                x=point.later,
                y=point.rate,
                text=f"<b>{escape(voice.format.short(Unit.RATE, point.rate))}</b>",
                showarrow=False,
                yshift=16,
                font={"size": 13, "color": colour},
            )
    frame(drawing, ticks, voice, Unit.RATE, palette)
    drawing.layout["xaxis"] |= {
        "tickvals": [point.later for point in points][::-1][::2],
        "ticktext": [escape(_later(point.later, voice)) for point in points][::-1][::2],
    }
    return drawing.figure


def retention_grid(table: RetentionTable, voice: Voice, palette: Palette) -> dict[str, Any]:
    """Cohorts by week of first activity, newest below; the figure in each cell, one hue. Cells
    that are not closed for the whole cohort stay empty."""
    rows = [row for row in table.cohorts if row.size]
    weeks = range(1, max((len(row.exact) for row in rows), default=1))
    rates = [[_rate(row, later) for later in weeks] for row in rows]
    names = [f"{_week(row, voice)} · {voice.format.number(row.size or 0)}" for row in rows]
    drawing = Drawing()
    drawing.traces.append(
        {
            "type": "heatmap",
            "z": rates,
            "x": list(weeks),
            "y": list(range(len(rows))),
            "text": [
                [voice.format.percent(rate) if rate is not None else "" for rate in line]
                for line in rates
            ],
            "texttemplate": "%{text}",
            "textfont": {"size": 11},
            "colorscale": [[0, palette.band], [1, palette.accent]],
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "hoverinfo": "skip",
            "hoverongaps": False,
        }
    )
    frame(drawing, [0, 1], voice, Unit.RATE, palette)
    drawing.layout["height"] = 60 + ROW * max(len(rows), 1)
    drawing.layout["margin"]["t"] = 28
    drawing.layout["xaxis"] |= {
        "side": "top",
        "tickvals": list(weeks),
        "ticktext": [escape(_later(later, voice)) for later in weeks],
    }
    drawing.layout["yaxis"] |= {
        "tickvals": list(range(len(rows))),
        "ticktext": [escape(name) for name in names],
        "range": [len(rows) - 0.5, -0.5],
        "showgrid": False,
    }
    return drawing.figure


def _later(weeks: int, voice: Voice) -> str:
    return voice.words.say("W+{number}", number=weeks)


def _rate(row: CohortRow, later: int) -> float | None:
    back = row.exact[later]
    return back / row.size if row.size and back is not None else None


def _week(row: CohortRow, voice: Voice) -> str:
    return voice.format.week(Period(row.start, row.end, Grain.WEEK, row.period), year=True)


def bridge(found: Bridge, voice: Voice, palette: Palette, labels: dict[str, str]) -> dict[str, Any]:
    """From opening to closing revenue; each step that moved is named and says its amount."""
    moved = [step for step in found.steps if step.amount]
    closing = found.closing.value or 0.0
    names = [
        voice.words.say("opening"),
        *(labels[step.kpi] for step in moved),
        voice.words.say("closing"),
    ]
    heights = [found.opening, *(step.amount for step in moved), closing]
    told = [
        voice.format.short(Unit.MONEY, found.opening),
        *(voice.format.difference(Unit.MONEY, step.amount) for step in moved),
        voice.format.short(Unit.MONEY, closing),
    ]
    drawing = Drawing()
    places = list(range(len(names)))
    drawing.traces.append(
        {
            "type": "waterfall",
            "orientation": "h",
            "y": places,
            "x": heights,
            "measure": ["absolute", *("relative" for _ in moved), "total"],
            "text": [escape(text) for text in told],
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
    levels, level = [found.opening, closing], found.opening
    for step in moved:
        level += step.amount
        levels.append(level)
    low, high = _bounds(levels)
    frame(drawing, [0, 1], voice, Unit.MONEY, palette)
    drawing.layout["xaxis"] |= {"range": [low, high], "visible": False}
    drawing.layout["yaxis"] |= {
        "tickvals": places,
        "ticktext": [escape(name) for name in names],
        "range": [len(names) - 0.4, -0.6],
        "showgrid": False,
        "tickfont": {"size": 12, "color": palette.ink},
    }
    return drawing.figure


def _bounds(levels: list[float]) -> tuple[float, float]:
    """Where a bridge's axis begins and ends: close enough to see the steps, with room for text."""
    span = max(max(levels) - min(levels), max(levels) * 0.01, 1.0)
    return max(0.0, min(levels) - span), max(levels) + span * 0.45


def starts_above_zero(found: Bridge) -> bool:
    """Whether a bridge's bars are cut, which a reader must be told."""
    levels, level = [found.opening], found.opening
    for step in found.steps:
        level += step.amount
        levels.append(level)
    return _bounds(levels)[0] > 0
