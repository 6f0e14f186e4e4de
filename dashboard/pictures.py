"""Small charts as SVG pictures: they open at once, work in table cells and need no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from dashboard.palette import Palette
from dashboard.spacing import apart
from dashboard.voice import Voice
from metrics.detection.signals import UNBORN
from metrics.reading import Limits, Reading
from metrics.result import Figure

TITLE_LETTERS = 20
TEXT_HEIGHT = 14.0
RECENT = 3  # periods behind which the range of the last one is drawn when it has moved
#: A picture has no access to the page's fonts.
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"


def sparkline(
    reading: Reading, palette: Palette, *, width: int = 120, height: int = 28, title: str = ""
) -> str:
    """The last 26 periods as a small SVG: the usual range behind, the last point marked.

    A title takes the first line of the picture.
    """
    return _picture(
        reading.history,
        reading.limits,
        palette,
        _mark(reading, palette),
        width,
        height,
        title=title,
    )


def trend(reading: Reading, voice: Voice, palette: Palette) -> str:
    """A subject's small chart, as SVG: 26 periods, the usual range with its ends written."""
    unit = voice.kpi(reading).unit
    limits = reading.signal.limits if reading.signal else reading.limits
    return _picture(
        reading.history,
        limits,
        palette,
        _mark(reading, palette),
        400,
        84,
        written=(
            (voice.format.short(unit, limits.lower), voice.format.short(unit, limits.upper))
            if limits
            else None
        ),
        last=voice.format.short(unit, reading.figure.value if reading.figure else None),
    )


def weeks_known(
    weeks: Sequence[float | None], palette: Palette, *, width: int = 280, height: int = 24
) -> str:
    """The weeks of a source as bars, as high as the part of their days that is known; a week of
    which nothing is known is an empty frame, one outside the first and last known day a dot."""
    step = width / max(len(weeks), 1)
    top, full = 2, height - 4
    marks = []
    for place, share in enumerate(weeks):
        x = round(place * step + 1, 2)
        wide = round(step - 3, 2)
        if share is None:
            marks.append(
                f'<circle cx="{round(x + wide / 2, 2)}" cy="{height - 4}" r="1" '
                f'fill="{palette.quiet}"/>'
            )
        elif share == 0:
            marks.append(
                f'<rect x="{x}" y="{top}" width="{wide}" height="{full}" fill="none" '
                f'stroke="{palette.worse}"/>'
            )
        else:
            high = round(max(share * full, 2), 2)
            marks.append(
                f'<rect x="{x}" y="{round(top + full - high, 2)}" width="{wide}" '
                f'height="{high}" fill="{palette.quiet}"/>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(marks)}</svg>'
    )


def describes(limits: Limits, values: Sequence[float | None]) -> bool:
    """Whether the usual range of the last period is that of the earlier ones too.

    It is not for a figure that grows: drawn behind all its past, the range would look missed.
    """
    known = [value for value in values if value is not None]
    inside = sum(limits.lower <= value <= limits.upper for value in known)
    return 2 * inside >= len(known)


def data_uri(svg: str) -> str:
    """An SVG as the address of a picture, for a table's cell."""
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode("ascii")


def _mark(reading: Reading, palette: Palette) -> str:
    return {"better": palette.better, "worse": palette.worse}.get(reading.status, palette.ink)


def _picture(
    history: Sequence[Figure],
    limits: Limits | None,
    palette: Palette,
    last_colour: str,
    width: int,
    height: int,
    *,
    written: tuple[str, str] | None = None,
    last: str = "",
    title: str = "",
) -> str:
    history = [figure for figure in history if figure.reason != UNBORN]
    values = [figure.value for figure in history]
    known = [value for value in values if value is not None]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{FONT}" font-size="12">'
    ]
    if len(title) > TITLE_LETTERS:
        title = title[: TITLE_LETTERS - 1].rstrip() + "…"
    if title:
        parts.append(
            f'<text x="1" y="11" font-size="10" fill="{palette.quiet}">{escape(title)}</text>'
        )
    if known:
        ends = [*known, *((limits.lower, limits.upper) if limits else ())]
        low, high = min(ends), max(ends)
        span = (high - low) or 1.0
        top, bottom = (14.0, 14.0) if written else (20.0 if title else 4.0, 4.0)
        right = width - (92.0 if written else 6.0)

        def y(value: float) -> float:
            return round(float(top + (height - top - bottom) * (high - value) / span), 1)

        def x(index: int) -> float:
            return round(3 + (right - 3) * (index / max(len(values) - 1, 1)), 1)

        if limits:
            left = 0.0 if describes(limits, values) else x(max(len(values) - RECENT, 0))
            parts.append(
                f'<rect x="{left}" y="{y(limits.upper)}" width="{right + 6 - left}" '
                f'height="{max(y(limits.lower) - y(limits.upper), 1)}" fill="{palette.band}"/>'
            )
        if written:
            told = [(last, values[-1], 600, last_colour)] if values[-1] is not None else []
            if limits:
                edges = [(written[1], limits.upper), (written[0], limits.lower)]
                edges = edges[: len(set(written))]  # ends that are written alike, once
                told += [(text, value, 400, palette.quiet) for text, value in edges]
            places = apart([y(value) for _, value, _, _ in told], TEXT_HEIGHT, top, height - bottom)
            parts += [
                f'<text x="{right + 10}" y="{place + 4:.1f}" font-weight="{weight}" '
                f'fill="{colour}">{escape(text)}</text>'
                for (text, _, weight, colour), place in zip(told, places, strict=True)
            ]
        for run in _runs(values):
            if len(run) == 1:
                index, value = run[0]
                parts.append(
                    f'<circle cx="{x(index)}" cy="{y(value)}" r="1.5" fill="{palette.quiet}"/>'
                )
                continue
            line = " ".join(f"{x(index)},{y(value)}" for index, value in run)
            parts.append(
                f'<polyline points="{line}" fill="none" stroke="{palette.quiet}" '
                f'stroke-width="1.5" stroke-linejoin="round"/>'
            )
        if values and values[-1] is not None:
            closed = history[-1].closed
            fill = last_colour if closed else palette.surface
            parts.append(
                f'<circle cx="{x(len(values) - 1)}" cy="{y(values[-1])}" r="3.4" '
                f'fill="{fill}" stroke="{last_colour}" stroke-width="1.5"/>'
            )
    parts.append("</svg>")
    return "".join(parts)


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Neighbouring known values, so that a line stops where data are missing."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]
