"""Prepare: who owes which export or comment by when, and what the review would show today."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    cards,
    markup,
    narrow,
    preparing_sentences,
    preparing_tables,
    review_sentences,
    tables,
)
from dashboard.answers import preparation, review
from dashboard.session import COMPANY, Session
from metrics.pages.preparation import Preparation


def show(
    session: Session,
    chooser: DeltaGenerator,
    review_place: st.Page | None,
    imports_place: st.Page | None,
) -> None:
    if session.is_empty:
        absence_cards.empty(session, imports_place)
        return
    voice = session.voice
    words = voice.words
    found = preparation(session)
    with chooser:
        cards.headline(preparing_sentences.headline(voice, found))
    st.subheader(words.say("Exports owed"), anchor=False)
    exports(session, found, imports_place)
    st.subheader(words.say("Comments owed"), anchor=False)
    comments(session, review_place)
    st.subheader(words.say("What the review would show today"), anchor=False)
    column = st.column_config
    frame = preparing_tables.would_show(found.review, voice, found.today)
    telling = {
        "kpi": words.say("KPI"),
        "value": words.say("Figure"),
        "shown": words.say("Status"),
    }
    with narrow.wide(frame, telling, "would_show", words, right=("value",)):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "kpi": column.TextColumn(words.say("KPI")),
                "shown": column.TextColumn(words.say("Status")),
                "value": column.TextColumn(words.say("Figure"), alignment="right"),
                "period": column.TextColumn(words.say("Period")),
            },
            height="content",
            key="would_show",
            alt=words.say("Review KPIs with how complete their data are"),
        )


def exports(session: Session, found: Preparation, imports_place: st.Page | None) -> None:
    """What is late, and what falls due within a week, the most pressing first."""
    words = session.voice.words
    if not found.owed:
        st.caption(markup.escape(words.say("Nothing is late, and nothing falls due this week.")))
        return
    column = st.column_config
    frame = preparing_tables.owed(found.owed, session.voice, found.today)
    telling = {"what": words.say("Export"), "owner": words.say("Who"), "due": words.say("Due")}
    with narrow.wide(frame, telling, "owed", words):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "due": column.TextColumn(words.say("Due"), width=120),
                "by": column.TextColumn(words.say("Due on"), alignment="right", width=85),
                "owner": column.TextColumn(words.say("Who"), width=210),
                "what": column.TextColumn(words.say("Export"), width=330),
                "scope": column.TextColumn(words.say("Scope"), width=170),
                "tool": column.TextColumn(words.say("Tools"), width=200),
                "since": column.TextColumn(words.say("No data since"), width=130),
            },
            row_height=cards.WRAPPING_ROW,
            height="content" if len(frame) <= cards.PRODUCTS_LISTED else cards.LIST_HEIGHT,
            key="owed",
            alt=words.say("Exports that are late or due soon, with who brings them"),
        )
    if imports_place is not None:
        st.page_link(imports_place, label=words.say("Import files"), icon=":material/upload_file:")


def comments(session: Session, review_place: st.Page | None) -> None:
    """The subjects of the coming review on which their owner has said nothing yet."""
    voice = session.voice
    words = voice.words
    subjects = review(session, None, COMPANY).subjects
    wanting = [each for each in subjects if not each.comments]
    if not subjects:
        st.caption(markup.escape(words.say("There is no subject to comment on.")))
    elif not wanting:
        st.caption(markup.escape(words.say("Every subject has a comment.")))
    for each in wanting:
        asked = review_sentences.owner_sentence(
            voice, each.owners, voice.kpi(each.reading).owner_role
        )
        title = review_sentences.subject_title(voice, each)
        moved = review_sentences.movement(voice, each.reading)
        st.markdown(
            f"{markup.mark(each.reading.status)} **{markup.escape(title)}** "
            f"{markup.escape(f'{moved} {asked}')}"
        )
    if wanting and review_place is not None:
        st.page_link(review_place, label=words.say("Weekly review"), icon=":material/visibility:")
