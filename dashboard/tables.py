"""Facts as tables: what the screen shows, and the exact figures for a download."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date

import pandas as pd

from dashboard import (
    coverage_sentences,
    definition_sentences,
    import_sentences,
    sentences,
    side_sentences,
)
from dashboard.palette import Palette
from dashboard.pictures import data_uri, sparkline, weeks_known
from dashboard.sentences import FAMILIES, MARKS, Voice
from metrics.by_member import ThemeShare
from metrics.catalogue.kpi import Kpi, Text, Unit
from metrics.documents import FunnelTable
from metrics.importing.mended import LINE, REASON, TEXT
from metrics.importing.report import RowCounts
from metrics.outlook import Outlook
from metrics.pages.dictionary import Entry
from metrics.pages.exploring import Series
from metrics.pages.freshness import DatasetState
from metrics.pages.portfolio import KPIS as PORTFOLIO_KPIS
from metrics.pages.portfolio import SIZE, Portfolio
from metrics.pages.review import Box, Person, Reading, ScorecardCell, ScorecardRow
from metrics.register.ledger import ImportRecord
from metrics.result import Figure
from metrics.rhythm import SourceState

#: A text cell that begins with one of these would run as a formula in a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"-\d[\d.,  \u00a0\u202f]*%?")
#: What is looked at first comes first.
STATUS_ORDER = ("worse", "signal", "better", "no_data", "partial", "steady")


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
        worst = min(
            (reading for reading in by_family.values() if reading),
            key=lambda reading: STATUS_ORDER.index(reading.status),
            default=None,
        )
        line: dict[str, str | None] = {"name": row.name}
        for family in families:
            line[family] = cell_text(by_family.get(family), voice)
        line["trend"] = picture(worst, palette, voice.short_label(worst.kpi)) if worst else None
        line["owners"] = owner_names(row.owners)
        table.append(line)
    return pd.DataFrame(table, columns=["name", *families, "trend", "owners"])


def urgency(row: ScorecardRow) -> list[int]:
    """Its families' states in the order of STATUS_ORDER, the most pressing first; rows sort by it.

    A row that says less comes last.
    """
    known = sorted(STATUS_ORDER.index(cell.worst.status) for cell in row.cells if cell.worst)
    return [*known, len(STATUS_ORDER)]


def cell_text(reading: Reading | None, voice: Voice) -> str:
    """ "▼ Activation 41.3 % · worse"; what is steady needs no mark and no word."""
    if reading is None:
        return ""
    label, figure = voice.short_label(reading.kpi), sentences.value(voice, reading)
    if reading.status == "steady":
        return f"{label} {figure}"
    word = voice.words.say(sentences.STATUSES[reading.status])
    told = word if reading.status == "no_data" else f"{figure} · {word}"
    return f"{MARKS[reading.status]} {label} {told}"


def owner_names(owners: Iterable[Person]) -> str:
    return ", ".join(f"{person.role} {person.name}" for person in owners)


def readings(found: Iterable[Reading], voice: Voice, palette: Palette) -> pd.DataFrame:
    """One row per KPI and scope, what needs a look first, with a sparkline beside the figure."""
    ordered = sorted(
        found,
        key=lambda reading: (
            STATUS_ORDER.index(reading.status),
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


def as_csv(frame: pd.DataFrame) -> bytes:
    """A table as CSV bytes; text that would run as a formula is preceded by an apostrophe."""
    safe = frame.copy()
    for column in safe.columns:
        safe[column] = frame[column].map(_harmless)
    safe.columns = [_harmless(str(column)) for column in safe.columns]
    return safe.to_csv(index=False).encode("utf-8-sig")


def _harmless(cell: object) -> object:
    """A cell that no spreadsheet runs as a formula; a number stays one."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS):
        return cell
    return cell if NUMBER.fullmatch(cell) else f"'{cell}"


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


def changes(rows: RowCounts, voice: Voice) -> pd.DataFrame:
    """What a file changes: rows read, new, replaced, unchanged, skipped, set aside."""
    words = voice.words
    counts = {
        words.say("Read"): rows.read,
        words.say("New"): rows.loaded - rows.replaced,
        words.say("Replaced"): rows.replaced,
        words.say("Unchanged"): rows.unchanged,
        words.say("Skipped"): rows.skipped,
        words.say("Set aside"): rows.quarantined,
    }
    return pd.DataFrame([{title: voice.format.number(count) for title, count in counts.items()}])


def preview(rows: Sequence[Mapping[str, str]], dataset: str, voice: Voice) -> pd.DataFrame:
    """The first rows of a file as they will be: columns without any value go, the others are
    called as people call them."""
    frame = pd.DataFrame(rows).fillna("")
    frame = frame.loc[:, (frame != "").any()].map(_without_zeros)
    return frame.rename(columns=lambda name: import_sentences.landed_column(voice, dataset, name))


def _without_zeros(text: str) -> str:
    """A decimal without the zeros at its end; any other text as it is."""
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d*0", text) else text


def outlooks(found: Iterable[Outlook], voice: Voice, *, scopes: bool = False) -> pd.DataFrame:
    """Where each KPI will stand at a period's end, beside what was wanted; empty columns go."""
    frame = pd.DataFrame(
        [
            {
                "kpi": voice.label(each.kpi),
                "scope": voice.name(each.scope) if scopes else "",
                "period": voice.format.period(each.period),
                "actual": amount(each.kpi, each.actual, voice),
                "landing": amount(each.kpi, each.landing, voice),
                "range": voice.format.between(voice.catalogue[each.kpi].unit, each.low, each.high),
                "prior_year": amount(each.kpi, each.prior_year, voice),
                "target": amount(each.kpi, each.target, voice),
                "budget": amount(each.kpi, each.budget, voice),
                "verdict": side_sentences.verdict(voice, each),
            }
            for each in found
        ]
    )
    return frame[[name for name in frame.columns if frame[name].any()]]


def amount(kpi: str, value: float | None, voice: Voice) -> str:
    """A short figure; nothing where there is none."""
    return "" if value is None else voice.format.short(voice.catalogue[kpi].unit, value)


def funnel(found: FunnelTable, voice: Voice) -> pd.DataFrame:
    """One row per step: users, their part of those who entered, and the usual time to get there."""
    entered = found.steps[0].users
    return pd.DataFrame(
        [
            {
                "step": step.event,
                "users": voice.format.number(step.users),
                "part": round(step.users / entered, 3) if entered else None,
                "time": (
                    ""
                    if step.median_seconds is None
                    else voice.format.short(Unit.HOURS, step.median_seconds / 3600)
                ),
            }
            for step in found.steps
        ]
    )


def periods_by_series(shown: Sequence[tuple[str, Series]], kpi: Kpi, voice: Voice) -> pd.DataFrame:
    """One row per period, newest first, one column per named series; absent figures say why."""
    newest: dict[str, Figure] = {}
    cells: dict[tuple[str, str], str] = {}
    for name, series in shown:
        for figure in series.figures:
            newest[figure.period] = figure
            cells[figure.period, name] = figure_text(figure, kpi, voice)
    ordered = sorted(newest.values(), key=lambda figure: figure.start, reverse=True)
    return pd.DataFrame(
        [
            {"period": sentences.period(voice, figure)}
            | {name: cells.get((figure.period, name), "") for name, _ in shown}
            for figure in ordered
        ],
        columns=["period", *(name for name, _ in shown)],
    )


def figure_text(figure: Figure, kpi: Kpi, voice: Voice) -> str:
    """ "41.32 %", "◌ 41.32 %" while the period is open, "○ days without data in this period"."""
    if figure.value is None:
        return f"{MARKS['no_data']} {sentences.reason(voice, figure)}"
    written = voice.format.exact(kpi.unit, figure.value)
    return written if figure.closed else f"{MARKS['partial']} {written}"


def figures_export(found: Iterable[Series], voice: Voice) -> bytes:
    """Every figure of the series with exact numbers, as CSV; columns are keys."""
    return as_csv(
        pd.DataFrame(
            [
                {
                    "kpi": figure.kpi,
                    "scope_kind": figure.scope.kind,
                    "scope": voice.name(figure.scope),
                    "dimension": figure.dimension,
                    "member": figure.member,
                    "grain": figure.grain,
                    "period": figure.period,
                    "start": figure.start,
                    "end": figure.end,
                    "value": figure.value,
                    "numerator": figure.numerator,
                    "denominator": figure.denominator,
                    "n": figure.n,
                    "low": figure.low,
                    "high": figure.high,
                    "closed": figure.closed,
                    "reason": figure.reason or "",
                }
                for series in found
                for figure in series.figures
            ]
        )
    )


def portfolio(found: Portfolio, voice: Voice) -> pd.DataFrame:
    """One row per product, in the order given, with exact figures and MRR's change on the year."""
    rows = []
    for each in found.products:
        size = each.readings.get(SIZE)
        line = {"name": voice.name(each.scope)}
        for kpi in PORTFOLIO_KPIS:
            if kpi in voice.catalogue:
                line[kpi] = voice.format.exact(voice.catalogue[kpi].unit, each.value(kpi))
                if kpi == SIZE:
                    moved = size.prior_year if size else None
                    line["year"] = voice.format.change(voice.catalogue[kpi].unit, moved)
        rows.append(line)
    return pd.DataFrame(rows)


def themes(found: Iterable[ThemeShare], labels: Mapping[str, Text], voice: Voice) -> pd.DataFrame:
    """Themes with their shares."""
    return pd.DataFrame(
        [
            {
                "theme": (
                    labels[each.theme][voice.words.language] if each.theme in labels else each.theme
                ),
                "share": round(each.share, 3),
                "change": (
                    voice.format.points(Unit.RATE, each.share - each.previous)
                    if each.previous is not None
                    else ""
                ),
                "count": each.verbatims,
            }
            for each in found
        ]
    )


def coverage(found: Iterable[DatasetState], voice: Voice) -> pd.DataFrame:
    """One row per kind of data, in the order given."""

    def day(known: date | None) -> str:
        return voice.format.date(known) if known else ""

    return pd.DataFrame(
        [
            {
                "dataset": definition_sentences.dataset(voice, each.dataset),
                "state": coverage_sentences.state(voice, each.state),
                "sources": coverage_sentences.sources(voice, each),
                "until": day(each.until),
                "expected": day(each.expected),
                "on_time": coverage_sentences.on_time(each),
                "gaps": len(each.gaps),
                "imported": (
                    voice.format.moment(sentences.local(voice, each.last_import))
                    if each.last_import
                    else ""
                ),
                "kpis": coverage_sentences.readers(voice, each),
            }
            for each in found
        ]
    )


def definitions(entries: Iterable[Entry], voice: Voice) -> pd.DataFrame:
    """The KPI dictionary, one row per KPI, family by family."""
    language = voice.words.language
    families = list(FAMILIES)
    return pd.DataFrame(
        [
            {
                "kpi": entry.kpi.label[language],
                "family": voice.words.say(FAMILIES[entry.kpi.family]),
                "meaning": entry.kpi.meaning[language],
                "better": definition_sentences.better(voice, entry.kpi),
                "cadence": definition_sentences.grain(voice, entry.kpi.cadence),
                "owner": sentences.role(voice, entry.kpi.owner_role),
                "data": definition_sentences.data(voice, entry),
            }
            for entry in sorted(entries, key=lambda entry: families.index(entry.kpi.family))
        ]
    )


def ledger(records: Iterable[ImportRecord], voice: Voice) -> pd.DataFrame:
    """The import history, one row per import, in the order given."""
    return pd.DataFrame(
        [
            {
                "id": record.id,
                "file": record.file,
                "tool": import_sentences.tool(voice, record.tool),
                "holds": import_sentences.dataset(voice, record.dataset),
                "period": import_sentences.span(voice, record.period),
                "loaded": record.rows.loaded,
                "aside": record.rows.quarantined,
                "when": voice.format.moment(sentences.local(voice, record.created_at)),
                "by": record.created_by,
                "status": import_sentences.import_status(voice, record),
            }
            for record in records
        ]
    )


def sources(found: Iterable[SourceState], voice: Voice, palette: Palette) -> pd.DataFrame:
    """One row per kind of export: how often it comes, when last, and the weeks made known."""
    return pd.DataFrame(
        [
            {
                "tool": import_sentences.tool(voice, state.tool),
                "holds": import_sentences.dataset(voice, state.dataset),
                "expected": voice.words.say(import_sentences.RHYTHMS[state.expected]),
                "last": f"{MARKS['no_data']} {import_sentences.seen(voice, state)}"
                if state.late
                else import_sentences.seen(voice, state),
                "imports": state.imports,
                "weeks": data_uri(weeks_known(state.weeks, palette)),
            }
            for state in found
        ]
    )


def quarantine(rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows set aside as CSV, as the file had them: a column for each of its own that is kept, and
    before them the line and the reason. Once mended it can be imported. Safe in a spreadsheet."""
    told = [_set_aside(row) for row in rows]
    columns = list(dict.fromkeys(name for row in told for name in row))
    return as_csv(pd.DataFrame(told, columns=columns, dtype="object").fillna(""))


def _set_aside(row: Mapping[str, object]) -> dict[str, object]:
    """The cells of a row by header; its bare text where its cells could not be told apart."""
    found: dict[str, object] = {
        LINE: row["line"],
        REASON: f"{row['column']} {row['reason']}".strip(),
    }
    text = str(row["text"])
    if text.startswith("{"):
        with suppress(ValueError):
            cells: dict[str, object] = json.loads(text)
            return found | cells
    return found | {TEXT: text}
