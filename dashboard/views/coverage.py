"""Coverage and freshness: what came from which tool, what is late, and which KPIs wait for it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    cards,
    coverage_sentences,
    coverage_tables,
    markup,
    narrow,
    restated_cards,
    tables,
)
from dashboard.answers import dictionary, freshness
from dashboard.glossary import MARKS
from dashboard.session import Session
from metrics.pages.freshness import DatasetState

MOST_TOLD = 12  # late data and gaps said one by one


def show(session: Session, chooser: DeltaGenerator, imports_place: st.Page | None) -> None:
    if session.is_empty:
        absence_cards.empty(session, imports_place)
        return
    voice = session.voice
    words = voice.words
    found = freshness(session)

    with chooser:
        cards.headline(coverage_sentences.headline(voice, found))
    late = [each for state in found for each in state.late]
    absence_cards.missing(session, late, MOST_TOLD)

    column = st.column_config
    frame = coverage_tables.coverage(found, voice)
    telling = {
        "dataset": words.say("Data"),
        "until": words.say("Known until"),
        "state": words.say("Status"),
    }
    with narrow.wide(frame, telling, "coverage", words, right=("until",)):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "dataset": column.TextColumn(words.say("Data"), width=255),
                "state": column.TextColumn(words.say("Status"), width=108),
                "sources": column.TextColumn(words.say("Tools"), width=155),
                "until": column.TextColumn(words.say("Known until"), alignment="right", width=100),
                "expected": column.TextColumn(words.say("Next due"), alignment="right", width=105),
                "on_time": column.TextColumn(words.say("On time"), alignment="right", width=75),
                "gaps": column.NumberColumn(words.say("Gaps"), width=55),
                "imported": column.TextColumn(words.say("Last exported"), width=130),
                "kpis": column.TextColumn(words.say("KPIs that read it"), width=307),
            },
            height="content",
            key="coverage",
            alt=words.say("Kinds of data: until when they are known, and the KPIs that read them"),
        )
    gaps(session, found)
    never(session, found)
    restated_cards.changed(session)
    if imports_place is not None:
        st.page_link(imports_place, label=words.say("Import files"), icon=":material/upload_file:")


def gaps(session: Session, found: tuple[DatasetState, ...]) -> None:
    """Days between two imports of which nothing is known; figures over them are absent."""
    known = [gap for state in found for gap in state.gaps]
    if not known:
        return
    voice = session.voice
    st.subheader(voice.words.say("Gaps"), anchor=False)
    told = voice.words.say("Figures over these days are absent, not zero, until they are imported.")
    st.caption(markup.escape(told))
    for gap in sorted(known, key=lambda each: each.end, reverse=True)[:MOST_TOLD]:
        st.markdown(f"{MARKS['signal']} {markup.escape(coverage_sentences.gap(voice, gap))}")
    if len(known) > MOST_TOLD:
        more = len(known) - MOST_TOLD
        st.caption(markup.escape(voice.words.count("and {n} more", "and {n} more", more)))


def never(session: Session, found: tuple[DatasetState, ...]) -> None:
    """Kinds of data that nothing has brought: what to import to see what."""
    wanting = [state for state in found if state.state == "never"]
    if not wanting:
        return
    voice = session.voice
    entries = dictionary(session)
    st.subheader(voice.words.say("Not imported yet"), anchor=False)
    for state in wanting:
        told = coverage_sentences.never(voice, state, entries)
        st.markdown(f"{MARKS['no_data']} {markup.escape(told)}")
