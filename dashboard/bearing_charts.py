"""The quadrant of cap and cadence."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.drawing import Axis, Drawing, Spot
from dashboard.palette import Palette
from dashboard.side_sentences import SIDES
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.pages.bearings import Bearings
from metrics.pages.product_sides import CADENCE, CAP
from metrics.pages.signs import HIGH
from metrics.result import Scope

TICKS = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
#: Of an axis: what stands as near as that in height and width would have a name lie on it, on a
#: phone too.
NEAR, REACH = 0.06, 0.35
MOST_NAMES = 20
#: What a quadrant asks for, and where that is written.
QUADRANTS = {
    "pace": mark("Pace to steady"),
    "steady": mark("On course"),
    "both": mark("Heading and pace"),
    "heading": mark("Heading to clear up"),
}
CORNERS = (
    ("pace", -0.04, 1.1),
    ("steady", 1.07, 1.1),
    ("both", -0.04, -0.06),
    ("heading", 1.07, -0.06),
)
EDGE = 0.85  # beyond it a name is written to the left of its point


def quadrant(
    found: Bearings, voice: Voice, palette: Palette, colours: Mapping[Scope, str]
) -> Drawing:
    """Products by cadence, across, and cap, up; what needs nothing stands top right."""
    placed = [
        (each, each.pace.value, each.heading.value)
        for each in found.placed
        if each.pace.value is not None and each.heading.value is not None
    ]
    percents = [voice.format.percent(tick) for tick in TICKS]
    drawing = Drawing(
        Axis(-0.05, 1.08, TICKS, percents, size=11),
        Axis(-0.1, 1.16, TICKS, percents, grid=True),
        palette,
        380,
    )
    for name, x, y in CORNERS:
        left = x < HIGH
        told = voice.words.say(QUADRANTS[name])
        drawing.text(x, y, told, palette.quiet, size=11, align="left" if left else "right")
    drawing.plumb(HIGH, palette.quiet)
    drawing.level(HIGH, palette.quiet)
    drawing.points(
        [
            Spot(
                x,
                y,
                {"title": each.name, SIDES[CAP]: voice.format.percent(y),
                 SIDES[CADENCE]: voice.format.percent(x)},
            )
            for each, x, y in placed
        ],
        [colours[each.product] for each, _, _ in placed],
        across=16,
    )  # fmt: skip
    # More names than that would lie on one another: the pointer tells them.
    named = placed if len(placed) <= MOST_NAMES else []
    for each, x, y in named:
        beside = [
            (a, other.name)
            for other, a, b in named
            if other is not each and abs(x - a) < REACH and abs(y - b) < NEAR
        ]
        # Names of neighbours stand below them, one under the other.
        below = 16 + 14 * sum(other < (x, each.name) for other in beside) if beside else 0
        left = x > EDGE
        drawing.text(
            x, y, each.name, colours[each.product], bold=True,
            align="center" if beside else "right" if left else "left",
            right=0 if beside else -13 if left else 13, down=below,
        )  # fmt: skip
    return drawing
