"""The charts of a product's page: retention, its grid, the bridge of recurring revenue."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from dashboard.charts import HEIGHT, Drawing, axis_ticks, frame
from dashboard.palette import Palette
from dashboard.sentences import Voice
from dashboard.waterfall import Bar
from metrics.by_member import FeatureMap
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Unit
from metrics.cohort_grid import CohortRow, RetentionTable
from metrics.pages.product_sides import Bridge, Earnings, LifeMonth

ROW = 24  # pixels of a cohort in the grid
NAMED_FEATURES = 12
NEAR = 0.08  # of an axis: the names of nearer features stand on different sides
EDGE = 0.8  # beyond it a name is written to the left of its point


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


def earnings(found: Earnings, voice: Voice) -> list[Bar]:
    """From revenue to the product's result, or to its margin where squads' cost is not known."""
    revenue = found.revenue.value or 0.0

    def whole(name: str, amount: float) -> Bar:
        return Bar(name, amount, voice.format.short(Unit.MONEY, amount), total=True)

    def step(name: str, amount: float) -> Bar:
        return Bar(name, amount, voice.format.difference(Unit.MONEY, amount))

    words = voice.words
    bars = [
        step(words.say("revenue"), revenue),
        step(words.say("variable cost"), found.margin - revenue),
        whole(words.say("margin"), found.margin),
    ]
    if found.result is None:
        return bars
    return [
        *bars,
        step(words.say("squads"), found.result - found.margin),
        whole(words.say("result"), found.result),
    ]


def lifecycle(found: Sequence[LifeMonth], voice: Voice, palette: Palette) -> dict[str, Any]:
    """Months of users: new, back and kept above the line, lost below it."""
    words = voice.words
    months = list(range(len(found)))
    drawing = Drawing()
    for name, counts, colour in (
        (words.say("kept"), [month.retained for month in found], palette.quiet),
        (words.say("back"), [month.resurrected for month in found], palette.accent),
        (words.say("new users"), [month.new for month in found], palette.better),
        (words.say("lost users"), [-month.churned for month in found], palette.worse),
    ):
        told = [f"{escape(name)} {escape(voice.format.number(abs(count)))}" for count in counts]
        drawing.traces.append(
            {
                "type": "bar",
                "name": escape(name),
                "x": months,
                "y": counts,
                "marker": {"color": colour},
                "customdata": told,
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    top = [month.retained + month.resurrected + month.new for month in found]
    ticks = axis_ticks([*top, *(-month.churned for month in found)], from_zero=True)
    frame(drawing, ticks, voice, Unit.COUNT, palette)
    drawing.layout |= {
        "barmode": "relative",
        "bargap": 0.25,
        "showlegend": True,
        "legend": {"orientation": "h", "y": -0.14},
        "height": HEIGHT + 30,
    }
    drawing.layout["yaxis"]["ticktext"] = [
        escape(voice.format.short(Unit.COUNT, abs(tick))) for tick in ticks
    ]
    drawing.layout["xaxis"] |= {
        "tickvals": months[::-1][::2],
        "ticktext": [escape(voice.format.month(found[at].start)) for at in months[::-1][::2]],
    }
    return drawing.figure


def feature_map(found: FeatureMap, voice: Voice, palette: Palette, colour: str) -> dict[str, Any]:
    """Features by the share of users who have used them, across, and uses per user, up."""
    placed = [(each, each.depth) for each in found.features if each.depth is not None]
    drawing = Drawing()
    drawing.add_scatter(
        x=[each.breadth for each, _ in placed],
        y=[depth for _, depth in placed],
        mode="markers",
        marker={"size": 11, "color": colour, "opacity": 0.8},
        customdata=[
            f"<b>{escape(each.feature)}</b><br>"
            f"{escape(voice.format.exact(Unit.RATE, each.breadth))}<br>"
            f"{escape(voice.format.exact(Unit.NUMBER, depth))}"
            for each, depth in placed
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    most = max((depth for _, depth in placed), default=1.0)
    for at, (each, depth) in enumerate(placed[:NAMED_FEATURES]):
        crowded = any(
            abs(each.breadth - other.breadth) < NEAR and abs(depth - deep) < NEAR * most
            for other, deep in placed[:at]
        )
        left = (each.breadth > EDGE) != crowded
        drawing.add_annotation(
            x=each.breadth,
            y=depth,
            text=escape(each.feature),
            showarrow=False,
            xanchor="right" if left else "left",
            xshift=-9 if left else 9,
            font={"size": 11, "color": palette.ink},
        )
    depths = [depth for _, depth in placed]
    frame(drawing, axis_ticks([*depths, 1.0], from_zero=True), voice, Unit.NUMBER, palette)
    ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    drawing.layout["xaxis"] |= {
        "tickvals": ticks,
        "ticktext": [escape(voice.format.percent(tick)) for tick in ticks],
        "range": [-0.03, 1.05],
    }
    return drawing.figure
