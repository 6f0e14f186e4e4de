"""The small windows in which people comment, mute, note on charts, and change what they said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from dashboard import markup, meeting_sentences, windows
from dashboard.answers import remarks_before
from dashboard.session import Session
from metrics.pages.review_facts import Person
from metrics.register.remarks import (
    Annotation,
    Comment,
    Mute,
    annotate,
    comment,
    mute,
    reword,
    withdraw,
)
from metrics.result import Scope

#: After which a mute ends unless another day is chosen.
MUTE_FOR = timedelta(weeks=2)


def comment_on(
    session: Session, kpi: str, scope: Scope, period: str, owners: Sequence[Person] = ()
) -> None:
    """Write a comment, one's own or the words of who answers for the figure."""
    words, at = session.voice.words, windows.at(kpi, scope)

    @st.dialog(words.say("Comment"), width="medium")
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(session.voice, kpi, scope)))
        with st.form(f"comment_{at}", border=False):
            text = st.text_area(
                words.say("What is to be said"), key=f"comment_text_{at}", max_chars=1000
            )
            who = windows.person(
                session, words.say("Whose words"), f"comment_by_{at}", owners, "",
                nobody=words.say("your own"),
            )  # fmt: skip
            sure = windows.pressed(session, words.say("Write it down"))
        if sure:
            windows.say(
                session, comment, kpi=kpi, scope=scope, period=period, text=text, said_by=who
            )

    window()


def change_comment(session: Session, said: Comment) -> None:
    """Reword a comment, or take it back; what was said before stays in the register."""
    words = session.voice.words

    @st.dialog(words.say("Change"), width="medium")
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(session.voice, said.kpi, said.scope)))
        with st.form(f"reword_{said.id}", border=False):
            text = st.text_area(
                words.say("What is to be said"), said.text, key=f"reword_text_{said.id}",
                max_chars=1000,
            )  # fmt: skip
            sure = windows.pressed(session, words.say("Write it down"))
        if sure:
            windows.say(session, reword, "comment", said.id, text=text or "")
        _take_back(session, "comment", said)

    window()


def change_annotation(session: Session, noted: Annotation) -> None:
    """Reword what was noted on charts or move it to another day, or take it back."""
    words = session.voice.words

    @st.dialog(words.say("Change"))
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(session.voice, noted.kpi, noted.scope)))
        with st.form(f"note_{noted.id}", border=False):
            day = st.date_input(
                words.say("Day"), noted.day, max_value=max(session.today, noted.day),
                format="DD/MM/YYYY", key=f"note_day_{noted.id}",
            )  # fmt: skip
            text = st.text_input(
                words.say("What happened"), noted.text, key=f"note_text_{noted.id}", max_chars=200
            )
            sure = windows.pressed(session, words.say("Write it down"))
        if sure and isinstance(day, date):
            windows.say(session, reword, "annotation", noted.id, day=day, text=text or "")
        _take_back(session, "annotation", noted)

    window()


def change_mute(session: Session, held: Mute) -> None:
    """Say for how long, or why, a figure is not talked about."""
    words = session.voice.words

    @st.dialog(words.say("Change"))
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(session.voice, held.kpi, held.scope)))
        with st.form(f"remute_{held.id}", border=False):
            reason = st.text_input(
                words.say("Reason"), held.reason, key=f"remute_reason_{held.id}", max_chars=300
            )
            until = st.date_input(
                words.say("Until"), max(held.until, session.today), min_value=session.today,
                format="DD/MM/YYYY", key=f"remute_until_{held.id}",
            )  # fmt: skip
            sure = windows.pressed(session, words.say("Write it down"))
        if sure and isinstance(until, date):
            windows.say(session, reword, "mute", held.id, reason=reason or "", until=until)
        _said_before(session, "mute", held)

    window()


def mute_signal(session: Session, kpi: str, scope: Scope) -> None:
    """Say that a figure is not to be talked about until a day, and why."""
    words, at = session.voice.words, windows.at(kpi, scope)

    @st.dialog(words.say("Mute"))
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(session.voice, kpi, scope)))
        with st.form(f"mute_{at}", border=False):
            reason = (
                st.text_input(words.say("Reason"), key=f"mute_reason_{at}", max_chars=300) or ""
            )
            until = st.date_input(
                words.say("Until"),
                session.today + MUTE_FOR,
                min_value=session.today,
                format="DD/MM/YYYY",
                key=f"mute_until_{at}",
            )
            sure = windows.pressed(session, words.say("Mute"))
        if sure and isinstance(until, date):
            windows.say(session, mute, kpi=kpi, scope=scope, reason=reason, until=until)

    window()


def annotate_chart(session: Session, kpi: str, scope: Scope, last_day: date) -> None:
    """Note on charts what happened on a day, for this KPI or all of the scope's; at first that of
    the last day drawn, so that the note shows."""
    words, at = session.voice.words, windows.at(kpi, scope)

    @st.dialog(words.say("Note on the chart"))
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(session.voice, kpi, scope)))
        with st.form(f"annotate_{at}", border=False):
            day = st.date_input(
                words.say("Day"), min(last_day, session.today), max_value=session.today,
                format="DD/MM/YYYY",
                key=f"annotate_day_{at}",
            )  # fmt: skip
            text = st.text_input(words.say("What happened"), key=f"annotate_text_{at}",
                                 max_chars=200) or ""  # fmt: skip
            everywhere = st.checkbox(words.say("On all charts of this scope"), key=f"all_{at}")
            sure = windows.pressed(session, words.say("Write it down"))
        if sure and isinstance(day, date):
            windows.say(
                session, annotate, kpi="" if everywhere else kpi, scope=scope, day=day, text=text
            )

    window()


def unmute(session: Session, number: int) -> None:
    """Take a mute back; it stays in the register with who lifted it."""
    windows.say(session, withdraw, "mute", number)


def _take_back(session: Session, kind: str, said: Comment | Annotation) -> None:
    """Who wrote it and when, and a way to take it back."""
    voice = session.voice
    st.caption(markup.escape(meeting_sentences.written(voice, said)))
    if st.button(voice.words.say("Take it back"), key=f"withdraw_{kind}_{said.id}"):
        windows.say(session, withdraw, kind, said.id)
    _said_before(session, kind, said)


def _said_before(session: Session, kind: str, said: Comment | Annotation | Mute) -> None:
    """What was said of the same figure and reworded or taken back since."""
    found = remarks_before(session, kind, said.kpi, said.scope)
    if not found:
        return
    title = session.voice.words.say("What was said before")
    with st.expander(title, key=f"before_{kind}_{said.id}"):
        for each in found:
            st.caption(markup.escape(meeting_sentences.taken_back(session.voice, each)))
