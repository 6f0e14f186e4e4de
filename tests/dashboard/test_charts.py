"""What the charts draw: lines, gaps, partial periods, labels; and that text stays text."""

from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from dashboard import charts, pictures
from dashboard.palette import DARK, LIGHT
from dashboard.spacing import apart
from metrics.calendar import Calendar, Grain
from metrics.catalogue.kpi import Kind, Unit
from metrics.pages.review_facts import Moved, NewLevel, Restated
from metrics.register.remarks import Annotation
from tests.dashboard import facts
from tests.dashboard.drawn import axis, layers, rows, texts

SVG = "{http://www.w3.org/2000/svg}"


def drawn(language="en", **changes):
    found = replace(facts.six_twelve(), **changes)
    return charts.six_twelve(found, facts.voice(language), LIGHT, "#123456")


def lines(drawing, **style):
    """The lines of a style, each as its places and values."""
    return [
        [(row["x"], row["y"]) for row in layer["data"]["values"]]
        for layer in layers(drawing, "line")
        if all(layer["mark"].get(name) == value for name, value in style.items())
    ]


def discs(drawing, *, filled):
    return [
        row
        for layer in layers(drawing, "point")
        if layer["mark"].get("filled") is filled
        for row in layer["data"]["values"]
    ]


def test_six_weeks_a_gap_and_twelve_months_share_one_axis():
    drawing = drawn()
    weeks, months = lines(drawing, stroke="#123456", strokeDash=None)
    assert [x for x, _ in weeks] == [0, 1, 2, 3, 4, 5]
    assert [x for x, _ in months] == list(range(7, 18))  # the twelfth is open: drawn apart
    domains = {str(layer["encoding"]["y"]["scale"]["domain"]) for layer in drawing.spec["layer"]
               if "y" in layer["encoding"]}  # fmt: skip
    assert len(domains) == 1


def test_this_year_has_points_and_the_prior_year_is_a_thin_grey_line():
    drawing = drawn()
    assert {row["c"] for row in discs(drawing, filled=True)} == {"#123456"}
    assert len(lines(drawing, stroke=LIGHT.quiet, strokeWidth=1)) == 2


def test_an_open_period_is_hollow_and_dashed():
    drawing = drawn()
    (partial,) = lines(drawing, strokeDash=[2, 3])
    assert [x for x, _ in partial] == [17, 18]
    assert [row["x"] for row in discs(drawing, filled=False)] == [18]


def test_a_missing_week_breaks_the_line_and_is_marked():
    drawing = drawn()
    assert lines(drawing, stroke="#123456", strokeDash=None)[0][2] == (2, None)
    assert drawing.spec["config"]["mark"]["invalid"].startswith("break-paths")
    marked = [row for row in rows(drawing, "text") if row["t"] == "○"]
    assert [(row["x"], row["tip"]["title"]) for row in marked] == [
        (2, "days without data in this period")
    ]


def test_limits_are_a_band_behind_the_weeks_and_targets_short_ticks():
    drawing = drawn()
    (band,) = rows(drawing, "rect")
    limits = facts.six_twelve().limits
    assert (band["y"], band["y2"]) == (limits.lower, limits.upper)
    assert band["x2"] < 6
    assert drawing.spec["layer"][1]["mark"]["type"] == "rect"  # behind all else
    (target,) = [each for each in layers(drawing, "point") if each["mark"].get("shape") == "stroke"]
    assert target["data"]["values"]
    assert rows(drawn(limits=None), "rect") == []
    whole = facts.six_twelve()
    untold = [tuple(replace(point, target=None) for point in side)
              for side in (whole.weeks, whole.months)]  # fmt: skip
    bare = drawn(weeks=untold[0], months=untold[1])
    assert not [each for each in layers(bare, "point") if "shape" in each["mark"]]


def test_what_was_noted_is_a_numbered_flag_over_its_week_and_month():
    noted = [
        Annotation(number, "", facts.COMPANY, day, text, datetime(2026, 11, 16), "local")
        for number, day, text in (
            (7, date(2026, 10, 7), "Campaign"), (9, date(2026, 11, 11), "<b>New price</b>"),
        )
    ]  # fmt: skip
    drawing = drawn(annotations=tuple(noted))
    flags = {row["x"]: row["t"] for row in rows(drawing, "text") if row["t"].startswith("⚑")}
    assert flags == {0: "⚑ 1", 5: "⚑ 2", 17: "⚑ 1", 18: "⚑ 2"}
    assert "New price" not in str(drawing.spec)


def test_an_acknowledged_shift_shows_the_range_before_it_and_since():
    limits = facts.six_twelve().limits
    before = replace(limits, lower=0.40, upper=0.44)
    level = NewLevel(date(2026, 10, 19), 2, before)
    earlier, now = rows(drawn(new_level=level), "rect")
    assert (earlier["x"], earlier["x2"], earlier["y"], earlier["y2"]) == (-0.4, 1.5, 0.40, 0.44)
    assert (now["x"], now["y"]) == (1.5, limits.lower)
    waiting = rows(drawn(new_level=level, limits=None), "rect")
    assert [band["y2"] for band in waiting] == [0.44]


def test_a_figure_that_was_reported_otherwise_has_a_ring():
    week = facts.six_twelve().weeks[1].figure
    period = Calendar().period(Grain.WEEK, week.start)
    moved = Restated(datetime(2026, 11, 12), "import", "", (Moved(period, 0.1, week.value),))
    rings = [
        row for row in discs(drawn(restated=(moved,)), filled=False) if row["c"] == LIGHT.quiet
    ]
    assert [(row["x"], row["y"]) for row in rings] == [(1, week.value)]


def test_the_pointer_is_told_date_value_and_prior_year():
    told = {name: value.replace("\u00a0", " ") for name, value
            in discs(drawn(), filled=True)[4]["tip"].items()}  # fmt: skip
    assert told["title"] == "Week 46, 2026"
    assert {"Figure", "A year earlier"} <= set(told)
    assert "%" in told["Figure"]


def test_names_are_written_in_the_reader_s_language():
    assert "N-1" in texts(drawn("fr"))
    assert '"S46"' in axis(drawn("fr"), "x")["labelExpr"]


@pytest.mark.parametrize(
    ("values", "from_zero", "first", "last"),
    [
        ([23_400, 25_000], True, 0, 30_000),
        ([0.413, 0.52], False, 0.4, 0.55),
        ([5.0], False, 4.5, 5.5),
        ([-3.0, 4.0], True, -4, 4),
        ([], True, 0, 1),
    ],
)
def test_axes_span_their_values_in_round_steps(values, from_zero, first, last):
    ticks = charts.axis_ticks(values, from_zero=from_zero)
    assert ticks[0] <= min(values, default=0)
    assert ticks[-1] >= max(values, default=1)
    assert (ticks[0], ticks[-1]) == pytest.approx((first, last))
    assert 3 <= len(ticks) <= 7


def test_volumes_start_at_zero_and_rates_do_not():
    assert charts.starts_at_zero(Kind.FLOW, Unit.COUNT)
    assert charts.starts_at_zero(Kind.STOCK, Unit.MONEY)
    assert not charts.starts_at_zero(Kind.RATIO, Unit.RATE)
    assert not charts.starts_at_zero(Kind.SCORE, Unit.SCORE)


def test_a_sparkline_marks_the_last_point_on_its_band():
    svg = ElementTree.fromstring(pictures.sparkline(facts.activation_subject().reading, LIGHT))
    (band,) = svg.findall(f"{SVG}rect")
    (line,) = svg.findall(f"{SVG}polyline")
    (last,) = svg.findall(f"{SVG}circle")
    assert band.get("fill") == LIGHT.band
    points = line.get("points").split()
    assert len(points) == 26
    assert points[-1] == f"{last.get('cx')},{last.get('cy')}"
    assert last.get("fill") == LIGHT.worse


def test_a_sparkline_stops_where_data_are_missing():
    reading = facts.reading("mrr", facts.ATELIER)
    history = list(reading.history)
    history[10] = replace(history[10], value=None)
    svg = ElementTree.fromstring(pictures.sparkline(replace(reading, history=tuple(history)), DARK))
    assert [len(line.get("points").split()) for line in svg.findall(f"{SVG}polyline")] == [10, 15]


def test_nothing_known_draws_nothing():
    reading = replace(facts.reading("mrr", facts.ATELIER), history=(), limits=None)
    svg = ElementTree.fromstring(pictures.sparkline(reading, LIGHT))
    assert list(svg) == []


@pytest.mark.parametrize("value", [0.413, 0.44, 0.449, 0.48, 0.52])
def test_a_subject_s_chart_writes_its_last_figure_and_range_apart(value):
    reading = facts.activation_subject().reading
    last = replace(reading.history[-1], value=value)
    reading = replace(reading, figure=last, history=(*reading.history[:-1], last))
    svg = pictures.trend(reading, facts.voice("en"), LIGHT)
    nodes = list(ElementTree.fromstring(svg).iter(f"{SVG}text"))
    told = [node.text.replace("\u00a0", " ") for node in nodes]
    assert sorted(told) == sorted(["52 %", "44 %", f"{100 * value:.3g} %"])
    heights = sorted(float(node.get("y")) for node in nodes)
    assert all(low + 12.8 <= high for low, high in pairwise(heights))
    assert heights[-1] <= 84


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([10, 50], [10, 50]),
        ([30, 34, 60], [27, 37, 60]),
        ([2, 1], [10, 0]),
        ([99, 98, 97], [100, 90, 80]),
    ],
)
def test_texts_beside_values_do_not_meet(wanted, expected):
    assert apart(wanted, 10, 0, 100) == pytest.approx(expected, abs=0.3)


def test_a_range_that_has_moved_stands_behind_the_last_periods_only():
    growing = facts.reading("mrr", facts.ATELIER)
    history = tuple(
        replace(figure, value=1000.0 * (index + 1)) for index, figure in enumerate(growing.history)
    )
    limits = replace(growing.limits, lower=25_000.0, upper=27_000.0)
    svg = ElementTree.fromstring(
        pictures.sparkline(replace(growing, history=history, limits=limits), LIGHT)
    )
    (band,) = svg.findall(f"{SVG}rect")
    assert float(band.get("x")) > 100
    (band,) = rows(drawn(limits=replace(facts.six_twelve().limits, lower=0.9, upper=0.95)), "rect")
    assert (band["x"], band["x2"]) == (4.6, 5.4)


def test_periods_in_which_nothing_could_be_born_leave_no_gap():
    reading = facts.reading("mrr", facts.ATELIER)
    history = [
        replace(figure, value=None, reason="zero_denominator") if index % 2 else figure
        for index, figure in enumerate(reading.history)
    ]
    svg = ElementTree.fromstring(
        pictures.sparkline(replace(reading, history=tuple(history)), LIGHT)
    )
    (line,) = svg.findall(f"{SVG}polyline")
    assert len(line.get("points").split()) == 13
    weeks = [
        replace(point, figure=replace(point.figure, value=None, reason="zero_denominator"))
        if index % 2
        else point
        for index, point in enumerate(facts.six_twelve().weeks)
    ]
    written = rows(drawn(weeks=tuple(weeks)), "text")
    assert not [row for row in written if row["x"] in (1, 3, 5) and row["t"] == "○"]
