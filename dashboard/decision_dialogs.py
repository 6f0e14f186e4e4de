"""The small windows in which people decide, change a decision, close it and reopen it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard import markup, meeting_sentences, windows
from dashboard.answers import likened, versions
from dashboard.session import Session
from metrics.pages.review_facts import Person
from metrics.register.decisions import ACTION, DECISION, Decision, change, close, decide, reopen
from metrics.result import Scope

#: After which a decision comes back unless another day is chosen.
REVIEW_AFTER = timedelta(weeks=4)
SIDES = (1, 0, -1)


def decide_about(
    session: Session,
    kpi: str,
    scope: Scope,
    owners: Sequence[Person] = (),
    *,
    kind: str = DECISION,
    part_of: int | None = None,
) -> None:
    """Take a decision, or note an action, about a KPI of a scope ('' for the scope as a whole)."""
    words = session.voice.words
    title = words.say("Decide") if kind == DECISION else words.say("Note an action")

    @st.dialog(title, width="medium")
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(session.voice, kpi, scope)))
        with st.form(f"decide_{windows.at(kpi, scope, part_of)}", border=False):
            said = _words(session, kind, None, kpi, owners, windows.at(kpi, scope, part_of))
            sure = windows.pressed(session, words.say("Write it down"))
        if not sure:
            return
        if kind == DECISION and not _new(session, said["what"], kpi, scope, None):
            return
        windows.say(session, decide, kpi=kpi, scope=scope, kind=kind, part_of=part_of, **said)

    window()


def change_decision(session: Session, held: Decision, owners: Sequence[Person] = ()) -> None:
    """Reword a decision, or close it with what came of it."""
    words = session.voice.words

    @st.dialog(words.say("Change"), width="medium")
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(session.voice, held.kpi, held.scope)))
        with st.form(f"change_{held.id}", border=False):
            said = _words(session, held.kind, held, held.kpi, owners, f"change_{held.id}")
            said["note"] = (
                st.text_input(words.say("Why the change"), key=f"change_note_{held.id}") or ""
            )
            sure = windows.pressed(session, words.say("Write it down"))
        _versions(session, held)
        if sure and _new(session, said["what"], held.kpi, held.scope, held.id):
            windows.say(session, change, held.id, seen=held.version, **said)

    window()


def close_decision(session: Session, held: Decision) -> None:
    """Close a decision, or say that an action is done."""
    words = session.voice.words
    title = words.say("Close") if held.kind == DECISION else words.say("Done")
    decided = meeting_sentences.decided(session.voice, held)
    _with_a_note(
        session, held, close, title, decided, words.say("What came of it"), words.say("Close")
    )


def reopen_decision(session: Session, held: Decision) -> None:
    """Open a closed decision again."""
    words = session.voice.words
    title, closed = words.say("Reopen"), meeting_sentences.closed(session.voice, held)
    _with_a_note(session, held, reopen, title, closed, words.say("Why the change"), title)


def _with_a_note(
    session: Session,
    held: Decision,
    saying: Callable[..., Any],
    title: str,
    told: str,
    asked: str,
    button: str,
) -> None:
    """A window that shows a decision and asks for one note on what becomes of it."""
    at = f"{saying.__name__}_{held.id}"

    @st.dialog(title)
    def window() -> None:
        st.markdown(markup.escape(told))
        with st.form(at, border=False):
            note = st.text_input(asked, key=f"{at}_note") or ""
            sure = windows.pressed(session, button)
        _versions(session, held)
        if sure:
            windows.say(session, saying, held.id, seen=held.version, note=note)

    window()


def _versions(session: Session, held: Decision) -> None:
    """How a decision was worded before, by whom and when; nothing of one that never changed."""
    if held.version < 2:
        return
    title = session.voice.words.say("What was said before")
    with st.expander(title, key=f"versions_{held.id}"):
        for each in versions(session, held.id)[:-1]:
            st.caption(markup.escape(meeting_sentences.version(session.voice, each)))


def _words(
    session: Session,
    kind: str,
    held: Decision | None,
    kpi: str,
    owners: Sequence[Person],
    at: str,
) -> dict[str, Any]:
    """The fields of a decision or action, filled with what holds; `at` tells windows apart, so that
    what was typed in one is not found in another."""
    words = session.voice.words
    what = st.text_input(
        words.say("What"), held.what if held else "", key=f"{at}_what", max_chars=300
    )
    why = st.text_area(
        words.say("Why"), held.why if held else "", key=f"{at}_why", max_chars=1000, height=80
    )
    said: dict[str, Any] = {"what": what or "", "why": why or ""}
    if kind == DECISION:
        said["expected"] = (
            st.text_input(
                words.say("Expected effect"),
                held.expected if held else "",
                key=f"{at}_expected",
                max_chars=300,
            )
            or ""
        )
        if kpi in session.voice.catalogue:
            good = session.voice.catalogue[kpi].direction
            said["towards"] = st.segmented_control(
                session.voice.short_label(kpi),
                SIDES,
                default=held.towards if held else good,
                format_func=lambda side: words.say(meeting_sentences.TOWARDS[side]),
                required=True,
                key=f"{at}_towards",
            )
    with st.container(horizontal=True):
        said["owner"] = windows.person(
            session, words.say("Owner"), f"{at}_owner", owners, held.owner if held else None
        )
        day = st.date_input(
            words.say("Due") if kind == ACTION else words.say("To be looked at again"),
            held.review_on if held else session.today + REVIEW_AFTER,
            format="DD/MM/YYYY",
            key=f"{at}_review",
        )
    said["review_on"] = day if isinstance(day, date) else None
    return said


def _new(session: Session, what: str, kpi: str, scope: Scope, but: int | None) -> bool:
    """Whether nothing like it is open, or its writer wants it all the same, having been told."""
    found = likened(session, what, kpi, scope, but)
    told = (what.strip(), tuple(each.decision.id for each in found))
    if not found or st.session_state.get("decide_told") == told:
        return True
    st.session_state["decide_told"] = told
    voice = session.voice
    st.warning(
        markup.escape(meeting_sentences.alike(voice, [each.decision for each in found])),
        icon=":material/content_copy:",
    )
    again = voice.words.say("Press again to write it down all the same.")
    st.caption(markup.escape(again))
    return False
