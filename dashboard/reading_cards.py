"""Readings as tables with their downloads: the scorecard, and figures by family or group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from pandas import DataFrame

from dashboard import cards, glossary, narrow, reading_tables, tables
from dashboard.cards import ROWS_SHOWN, WRAPPING_ROW
from dashboard.session import Session
from dashboard.translation import Translation
from metrics.pages.review_facts import ScorecardCell, ScorecardRow
from metrics.reading import Reading

PRODUCTS_SHOWN = 12  # a longer scorecard scrolls, what needs a look first on top
SCORECARD_HEIGHT = 33 + 10 * WRAPPING_ROW
#: Pixels that let six families, a trend and the owners stand side by side on a laptop.
FAMILY_WIDTHS = {
    "product_performance": 146,
    "user_experience": 142,
    "market": 124,
    "teams": 130,
    "delivery": 142,
    "growth": 174,
}


def scorecard(
    session: Session, rows: Sequence[ScorecardRow], product_place: st.Page | None
) -> None:
    """Products × families: each family shows its worst review KPI; a name opens its page."""

    def open_product() -> None:
        name = tables.pressed("scorecard_name")
        if product_place is not None and name is not None:
            st.switch_page(product_place, query_params={"product": name})

    voice = session.voice
    words = voice.words
    long = len(rows) > PRODUCTS_SHOWN
    shown = sorted(rows, key=reading_tables.urgency) if long else rows
    frame = reading_tables.scorecard(shown, voice, session.palette)
    config: dict[str, Any] = {
        "name": st.column_config.ButtonColumn(
            words.say("Product"),
            pinned=True,
            alignment="left",
            width=cards.name_width(row.name for row in rows),
            type="tertiary",
            on_click=open_product,
            key="scorecard_name",
        ),
        "trend": st.column_config.ImageColumn(words.say("26 periods"), width=140),
        "owners": st.column_config.TextColumn(words.say("PM and PO"), width=190),
    }
    for family, label in glossary.FAMILIES.items():
        config[family] = st.column_config.TextColumn(words.say(label), width=FAMILY_WIDTHS[family])
    worst = reading_tables.worst_of(shown, voice)
    with narrow.wide(worst, _telling(words), "scorecard", words, right=("value",)):
        tables.show(
            frame,
            hide_index=True,
            column_config=config,
            row_height=WRAPPING_ROW,
            height=SCORECARD_HEIGHT if long else "content",
            key="scorecard",
            alt=words.say("Scorecard: products by family, each with its worst KPI"),
        )
    _download(session, scorecard_readings(rows), "scorecard")


def scorecard_readings(rows: Sequence[ScorecardRow]) -> list[Reading]:
    return [reading for row in rows for cell in row.cells for reading in cell.readings]


def readings_table(
    session: Session, readings: Sequence[Reading], key: str, *, headed: bool = False
) -> None:
    """Figures with their sparklines, what needs a look first; notes where there are any, and whose
    they are unless a heading says so."""
    frame = reading_tables.readings(readings, session.voice, session.palette)
    silent = [] if frame["note"].any() else ["note"]
    _figures(session, frame.drop(columns=silent), readings, key, headed=headed)


def families_table(session: Session, cells: Sequence[ScorecardCell], key: str) -> None:
    """The same, family by family."""
    frame = reading_tables.by_family(cells, session.voice, session.palette)
    with st.container(key=f"{key}_box"):
        _figures(session, frame, [reading for cell in cells for reading in cell.readings], key)


def watched_families(session: Session, cells: Sequence[ScorecardCell], key: str) -> None:
    """What is watched or stands out; the rest, which is as usual, is one click away."""
    catalogue = session.voice.catalogue
    shown, folded = [], []
    for cell in cells:
        quiet = [
            reading
            for reading in cell.readings
            if reading.status == "steady" and not catalogue[reading.kpi].review
        ]
        folded.append(replace(cell, readings=tuple(quiet)))
        shown.append(replace(cell, readings=tuple(r for r in cell.readings if r not in quiet)))
    families_table(session, shown, key)
    count = sum(len(cell.readings) for cell in folded)
    if not count:
        return
    title = session.voice.words.count(
        "Nothing to see: {n} figure within its usual range",
        "Nothing to see: {n} figures within their usual range",
        count,
    )
    rest = st.expander(title, key=f"quiet_{key}_fold", on_change="rerun")
    if rest.open:
        with rest:
            families_table(session, folded, f"quiet_{key}")


def grouped_table(
    session: Session, groups: Sequence[tuple[str, Sequence[Reading]]], key: str
) -> None:
    """The same, group by group, each named in the first column."""
    frame = reading_tables.by_group(groups, session.voice, session.palette)
    _figures(session, frame, [reading for _, found in groups for reading in found], key)


def _figures(
    session: Session,
    frame: DataFrame,
    readings: Sequence[Reading],
    key: str,
    *,
    headed: bool = False,
) -> None:
    """A sortable table with a download of the exact numbers behind it; `headed`: a heading says
    whose all of them are."""
    voice = session.voice
    words = voice.words
    column = st.column_config
    telling = _telling(words)
    if headed:
        del telling["scope"]
    with narrow.wide(frame, telling, key, words, right=("value",)):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "family": column.TextColumn(words.say("Family")),
                "status": column.TextColumn(words.say("Status"), width=105),
                "scope": None if headed else column.TextColumn(words.say("Scope")),
                "kpi": column.TextColumn(words.say("KPI")),
                "value": column.TextColumn(words.say("Figure"), alignment="right"),
                "trend": column.ImageColumn(words.say("26 periods"), width=140),
                "change": column.TextColumn(words.say("On the period"), alignment="right"),
                "year": column.TextColumn(words.say("On the year"), alignment="right"),
                "period": column.TextColumn(words.say("Period")),
                # Sized by hand: Streamlit measures the first rows, which seldom have one.
                "note": column.TextColumn(
                    words.say("Note"), width=cards.name_width(frame.get("note", ()))
                ),
            },
            row_height=38,
            height="content" if len(frame) <= ROWS_SHOWN else "auto",
            key=key,
            alt=words.say("KPIs with their figures and trends"),
        )
    _download(session, readings, key)


def _telling(words: Translation) -> dict[str, str]:
    """The columns that a phone shows of readings: whose and what, the figure, its state."""
    return {
        "scope": words.say("Scope"),
        "kpi": words.say("KPI"),
        "value": words.say("Figure"),
        "status": words.say("Status"),
    }


def _download(session: Session, readings: Sequence[Reading], key: str) -> None:
    """The exact numbers behind a table, made when they are asked for."""
    voice = session.voice
    st.download_button(
        voice.words.say("Download as CSV"),
        data=lambda: reading_tables.export(readings, voice),
        file_name="vigie.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"{key}_csv",
    )
