"""Readings as tables: the scorecard, figures by family or group, boxes, and their exact numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import pandas as pd

from dashboard import glossary, sentences
from dashboard.glossary import FAMILIES, MARKS
from dashboard.palette import Palette
from dashboard.pictures import data_uri, sparkline
from dashboard.spreadsheet import as_csv
from dashboard.voice import Voice
from metrics.pages.portfolio import KPIS as PORTFOLIO_KPIS
from metrics.pages.portfolio import SIZE, Portfolio
from metrics.pages.review_facts import Box, Person, ScorecardCell, ScorecardRow
from metrics.pages.scorecard import TOLD_FIRST, told_first
from metrics.reading import Reading


def scorecard(rows: Iterable[ScorecardRow], voice: Voice, palette: Palette) -> pd.DataFrame:
    """One row per product, one column per family that has a figure, and the worst KPI's trend.

    Cells are meant to wrap, so that six families fit on a screen.
    """
    shown = list(rows)
    families = [
        family
        for family in FAMILIES
        if any(cell.family == family and cell.worst for row in shown for cell in row.cells)
    ]
    table = []
    for row in shown:
        by_family = {str(cell.family): cell.worst for cell in row.cells}
        worst = told_first(row.cells)
        line: dict[str, str | None] = {"name": row.name}
        for family in families:
            line[family] = cell_text(by_family.get(family), voice)
        line["trend"] = picture(worst, palette, voice.short_label(worst.kpi)) if worst else None
        line["owners"] = owner_names(row.owners)
        table.append(line)
    return pd.DataFrame(table, columns=["name", *families, "trend", "owners"])


def worst_of(rows: Iterable[ScorecardRow], voice: Voice) -> pd.DataFrame:
    """The scorecard line by line, as a phone shows it: each family's worst KPI of each product,
    what needs a look first."""
    told = [(row.name, cell.worst) for row in rows for cell in row.cells if cell.worst]
    told.sort(key=lambda line: TOLD_FIRST.index(line[1].status))
    return pd.DataFrame(
        [
            {
                "scope": name,
                "kpi": voice.short_label(worst.kpi),
                "value": sentences.value(voice, worst),
                "status": sentences.status(voice, worst.status),
            }
            for name, worst in told
        ],
        columns=["scope", "kpi", "value", "status"],
    )


def urgency(row: ScorecardRow) -> list[int]:
    """Its families' states in the order of TOLD_FIRST, the most pressing first; rows sort by it.

    A row that says less comes last.
    """
    known = sorted(TOLD_FIRST.index(cell.worst.status) for cell in row.cells if cell.worst)
    return [*known, len(TOLD_FIRST)]


def cell_text(reading: Reading | None, voice: Voice) -> str:
    """ "▼ Activation 41.3 % · worse"; what is steady needs no mark and no word."""
    if reading is None:
        return ""
    label, figure = voice.short_label(reading.kpi), sentences.value(voice, reading)
    if reading.status == "steady":
        return f"{label} {figure}"
    word = voice.words.say(glossary.STATUSES[reading.status])
    told = word if reading.status == "no_data" else f"{figure} · {word}"
    return f"{MARKS[reading.status]} {label} {told}"


def owner_names(owners: Iterable[Person]) -> str:
    """ "PM C. Morel · PO L. Petit, N. Roy": each role is named once, before those who hold it."""
    held: dict[str, list[str]] = {}
    for person in owners:
        held.setdefault(person.role, []).append(person.name)
    return " · ".join(f"{role} {', '.join(names)}" for role, names in held.items())


def readings(found: Iterable[Reading], voice: Voice, palette: Palette) -> pd.DataFrame:
    """One row per KPI and scope, what needs a look first, with a sparkline beside the figure."""
    ordered = sorted(
        found,
        key=lambda reading: (
            TOLD_FIRST.index(reading.status),
            voice.name(reading.scope),
            voice.label(reading.kpi),
        ),
    )
    return pd.DataFrame(
        [
            {
                "status": sentences.status(voice, reading.status),
                "scope": voice.name(reading.scope),
                "kpi": voice.label(reading.kpi),
                "value": voice.format.exact(
                    voice.kpi(reading).unit, reading.figure.value if reading.figure else None
                ),
                "trend": picture(reading, palette),
                "change": (
                    voice.format.change(voice.kpi(reading).unit, reading.previous)
                    if reading.previous
                    else ""
                ),
                "year": (
                    voice.format.change(voice.kpi(reading).unit, reading.prior_year)
                    if reading.prior_year
                    else ""
                ),
                "period": sentences.period(voice, reading.figure) if reading.figure else "",
                "note": sentences.reason(voice, reading.figure),
            }
            for reading in ordered
        ],
        columns=["status", "scope", "kpi", "value", "trend", "change", "year", "period", "note"],
    )


def picture(reading: Reading, palette: Palette, title: str = "") -> str | None:
    """A reading's sparkline for a cell; None when its history was not asked for or is not known."""
    if not reading.history:
        return None
    return data_uri(sparkline(reading, palette, height=56 if title else 28, title=title))


def by_family(cells: Iterable[ScorecardCell], voice: Voice, palette: Palette) -> pd.DataFrame:
    """Readings family by family; columns that say nothing are left out."""
    groups = ((voice.words.say(FAMILIES[cell.family]), cell.readings) for cell in cells)
    return by_group(groups, voice, palette)


def by_group(
    groups: Iterable[tuple[str, Sequence[Reading]]], voice: Voice, palette: Palette
) -> pd.DataFrame:
    """Readings group by group, each under its title; columns that say nothing are left out."""
    parts = []
    for title, found in groups:
        if found:
            part = readings(found, voice, palette)
            part.insert(0, "family", title)
            parts.append(part)
    frame = pd.concat(parts, ignore_index=True) if parts else readings((), voice, palette)
    silent = [name for name in ("family", "scope") if name in frame and frame[name].nunique() <= 1]
    if not frame["note"].any():
        silent.append("note")
    return frame.drop(columns=silent)


def export(found: Iterable[Reading], voice: Voice) -> bytes:
    """The readings with exact numbers, as CSV that a spreadsheet opens without running anything.

    UTF-8 with a byte-order mark. Columns are keys, the same in every language.
    """
    frame = pd.DataFrame(
        [
            {
                "kpi": reading.kpi,
                "scope_kind": reading.scope.kind,
                "scope": voice.name(reading.scope),
                "period": reading.figure.period if reading.figure else "",
                "start": reading.figure.start if reading.figure else None,
                "end": reading.figure.end if reading.figure else None,
                "value": reading.figure.value if reading.figure else None,
                "numerator": reading.figure.numerator if reading.figure else None,
                "denominator": reading.figure.denominator if reading.figure else None,
                "n": reading.figure.n if reading.figure else None,
                "closed": reading.figure.closed if reading.figure else None,
                "reason": (reading.figure.reason or "") if reading.figure else "no_data",
                "status": reading.status,
                "previous": reading.previous.base.value if reading.previous else None,
                "prior_year": reading.prior_year.base.value if reading.prior_year else None,
            }
            for reading in found
        ]
    )
    return as_csv(frame)


def boxes(found: Iterable[Box], voice: Voice, kpi: str) -> pd.DataFrame:
    """The box row under a 6-12 chart: last week, WoW, YoY, MTD, QTD, YTD.

    A box that the KPI cannot have (distinct users of a year so far, say) is left out; one whose
    figure is absent for a reason says it.
    """
    titles = {
        "last_week": voice.words.say("Last week"),
        "last_closed_week": voice.words.say("Last closed week"),
        "last_month": voice.words.say("Last month"),
        "wow": voice.words.say("On the week"),
        "mom": voice.words.say("On the month"),
        "yoy": voice.words.say("On the year"),
        "mtd": voice.words.say("Month to date"),
        "qtd": voice.words.say("Quarter to date"),
        "ytd": voice.words.say("Year to date"),
    }

    def title(box: Box) -> str:
        if box.until is None:
            return titles.get(box.name, box.name)
        day = voice.format.date(box.until, year=False)
        if box.name == "qtd":
            return voice.words.say("Quarter to {day}", day=day)
        return voice.words.say("Year to {day}", day=day)

    return pd.DataFrame(
        [{title(box): box_text(box, voice, kpi) for box in found if box.reason != "not_published"}]
    )


def box_text(box: Box, voice: Voice, kpi: str) -> str:
    """ "€1.84 M (+1.2 %)", the change alone, or "n/a: days without data in this period"."""
    unit = voice.catalogue[kpi].unit
    change = ""
    if box.reason == "new":
        change = voice.words.say("new")
    elif box.ratio is not None:
        change = voice.format.percent(box.ratio, signed=True)
    elif box.points is not None:
        change = voice.format.difference(unit, box.points)
    if box.value is None and not change:
        absent = voice.format.short(unit, None)
        why = sentences.why(voice, box.reason)
        return voice.words.say("{absent}: {why}", absent=absent, why=why) if why else absent
    if box.value is None:
        return change
    value = voice.format.short(unit, box.value)
    return f"{value} ({change})" if change else value


def portfolio(found: Portfolio, voice: Voice) -> pd.DataFrame:
    """One row per product, in the order given, with figures and MRR's change on the year in words.

    A figure that is not known is NaN; `portfolio_words` writes them.
    """
    rows = []
    for each in found.products:
        size = each.readings.get(SIZE)
        line: dict[str, object] = {"name": voice.name(each.scope)}
        for kpi in PORTFOLIO_KPIS:
            if kpi in voice.catalogue:
                value = each.value(kpi)
                line[kpi] = math.nan if value is None else value
                if kpi == SIZE:
                    moved = size.prior_year if size else None
                    line["year"] = voice.format.change(voice.catalogue[kpi].unit, moved)
        rows.append(line)
    return pd.DataFrame(rows)


def portfolio_words(voice: Voice) -> dict[str, Callable[[float], str]]:
    """How each column of the portfolio is written; what is not known is "n/a"."""
    return {
        kpi: partial(voice.format.exact, voice.catalogue[kpi].unit)
        for kpi in PORTFOLIO_KPIS
        if kpi in voice.catalogue
    }
