"""The charts of a squad's flow: what has piled up, how long items took, how old those begun are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from dashboard.charts import up_axis
from dashboard.drawing import HEIGHT, Axis, Drawing, Spot
from dashboard.palette import Palette
from dashboard.voice import Voice
from metrics.catalogue.kpi import Unit
from metrics.flow import Flow

DATES = 5  # written under a chart of days
QUANTILES = (0.5, 0.85)
BAR = 22  # pixels of an item in progress
MOST_AGES = 25


def piles(found: Flow, voice: Voice, palette: Palette) -> Drawing:
    """Cumulative flow: finished at the bottom, in progress above it, waiting on top."""
    days = [pile.day for pile in found.piles]
    words = voice.words
    shown = (
        (words.say("finished"), [pile.done for pile in found.piles], palette.better),
        (words.say("in progress"), [pile.doing for pile in found.piles], palette.accent),
        (words.say("waiting"), [pile.waiting for pile in found.piles], palette.quiet),
    )
    whole = [pile.done + pile.doing + pile.waiting for pile in found.piles]
    drawing = Drawing(
        _days(days, voice),
        up_axis(whole or [1.0], voice, Unit.COUNT, from_zero=True),
        palette,
    )
    below = [0] * len(days)
    places = [day.toordinal() for day in days]
    for name, counts, colour in shown:
        top = [under + count for under, count in zip(below, counts, strict=True)]
        drawing.area(places, below, top, colour)
        if counts and counts[-1]:
            drawing.text(
                places[-1], (below[-1] + top[-1]) / 2, f"{name} {counts[-1]}", colour, bold=True,
                align="left", right=6,
            )  # fmt: skip
        below = top
    return drawing


def cycle_times(found: Flow, voice: Voice, palette: Palette, colour: str) -> Drawing:
    """Each finished item by its day and the days it took, with the median and 85th percentile."""
    known = [(item, item.cycle_days) for item in found.finished if item.cycle_days is not None]
    taken = [days for _, days in known]
    across = _days([item.day for item, _ in known], voice)
    drawing = Drawing(across, up_axis([*taken, 1.0], voice, Unit.DAYS, from_zero=True), palette)
    for quantile in QUANTILES if taken else ():
        at = float(np.quantile(taken, quantile))
        drawing.level(at, palette.quiet)
        named = voice.words.say(
            "{share} took {days} or less",
            share=voice.format.percent(quantile),
            days=voice.format.short(Unit.DAYS, at),
        )
        drawing.text(across.high, at, named, palette.ink, size=11, align="right", down=-8)
    spots = [
        Spot(
            item.day.toordinal(),
            days,
            {"title": item.item, voice.words.say("finished"): voice.format.date(item.day),
             voice.words.say("Figure"): voice.format.exact(Unit.DAYS, days)},
        )
        for item, days in known
    ]  # fmt: skip
    drawing.points(spots, colour, opacity=0.7)
    return drawing


def ages(found: Flow, voice: Voice, palette: Palette) -> Drawing:
    """Items in progress, the oldest first, by their days so far; those that wait say so."""
    shown = found.in_progress[:MOST_AGES]
    most = max((item.age for item in shown), default=1) or 1
    drawing = Drawing(
        Axis(0, most * 1.4),
        Axis(len(shown) - 0.4, -0.6, list(range(len(shown))), [item.item for item in shown]),
        palette,
        max(HEIGHT // 2, 50 + BAR * len(shown)),
    )
    drawing.boxes(
        (0, at - 0.3, item.age, at + 0.3, palette.worse if item.blocked else palette.quiet)
        for at, item in enumerate(shown)
    )
    waits = voice.words.say("blocked")
    for at, item in enumerate(shown):
        told = voice.format.short(Unit.DAYS, item.age)
        if item.at_least:
            told = voice.words.say("at least {age}", age=told)
        if item.blocked:
            told = f"{told} · {waits}"
        drawing.text(item.age, at, told, palette.ink, align="left", right=6)
    return drawing


def _days(days: Sequence[date], voice: Voice) -> Axis:
    """A time axis with few dates, which do not meet on a phone."""
    if not days:
        return Axis(0, 1)
    first, last = min(days), max(days)
    step = max((last - first).days // (DATES - 1), 1)
    named = [last - timedelta(step * at) for at in range(DATES)]
    shown = [day for day in named if day >= first][::-1]
    room = max((last - first).days * 0.02, 0.5)
    return Axis(
        first.toordinal() - room,
        last.toordinal() + room,
        [day.toordinal() for day in shown],
        [voice.format.date(day, year=False) for day in shown],
        size=11,
    )
