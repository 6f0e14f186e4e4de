"""The charts of a product's page: retention, its grid, the bridge of recurring revenue."""

from __future__ import annotations

from html import escape
from typing import Any

from dashboard.charts import Drawing, axis_ticks, frame
from dashboard.palette import Palette
from dashboard.sentences import Voice
from dashboard.waterfall import Bar
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


def bridge(found: Bridge, voice: Voice, labels: dict[str, str]) -> list[Bar]:
    """From opening to closing revenue; each step that moved is named and says its amount."""
    closing, tell = found.closing.value or 0.0, voice.format
    opened = Bar(
        voice.words.say("opening"), found.opening, tell.short(Unit.MONEY, found.opening), True
    )
    moved = [
        Bar(labels[step.kpi], step.amount, tell.difference(Unit.MONEY, step.amount))
        for step in found.steps
        if step.amount
    ]
    return [
        opened,
        *moved,
        Bar(voice.words.say("closing"), closing, tell.short(Unit.MONEY, closing), True),
    ]
