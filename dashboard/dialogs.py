"""The small windows in which people decide, comment, mute and change what they said.

Each writes one thing into the register and draws the page again; a refusal stays in the window, so
that nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard import cards, meeting_sentences
from dashboard.session import Session, likened, remarks_before, versions, write
from metrics.catalogue.kpi import Unit
from metrics.errors import VigieError
from metrics.pages.review import Person
from metrics.register.decisions import ACTION, DECISION, Decision, change, close, decide, reopen
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
from metrics.register.review_choice import MOST, choose
from metrics.register.targets import from_percent, set_target
from metrics.result import Scope

#: Days after which a decision comes back, and a mute ends, unless another day is chosen.
REVIEW_AFTER, MUTE_FOR = timedelta(weeks=4), timedelta(weeks=2)
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
        st.caption(cards.escape(meeting_sentences.about(session.voice, kpi, scope)))
        with st.form(f"decide_{_at(kpi, scope, part_of)}", border=False):
            said = _words(session, kind, None, kpi, owners, _at(kpi, scope, part_of))
            sure = _pressed(session, words.say("Write it down"))
        if not sure:
            return
        if kind == DECISION and not _new(session, said["what"], kpi, scope, None):
            return
        _say(session, decide, kpi=kpi, scope=scope, kind=kind, part_of=part_of, **said)

    window()


def change_decision(session: Session, held: Decision, owners: Sequence[Person] = ()) -> None:
    """Reword a decision, or close it with what came of it."""
    words = session.voice.words

    @st.dialog(words.say("Change"), width="medium")
    def window() -> None:
        st.caption(cards.escape(meeting_sentences.about(session.voice, held.kpi, held.scope)))
        with st.form(f"change_{held.id}", border=False):
            said = _words(session, held.kind, held, held.kpi, owners, f"change_{held.id}")
            said["note"] = (
                st.text_input(words.say("Why the change"), key=f"change_note_{held.id}") or ""
            )
            sure = _pressed(session, words.say("Write it down"))
        _versions(session, held)
        if sure and _new(session, said["what"], held.kpi, held.scope, held.id):
            _say(session, change, held.id, seen=held.version, **said)

    window()


def close_decision(session: Session, held: Decision) -> None:
    """Close a decision, or say that an action is done."""
    words = session.voice.words

    @st.dialog(words.say("Close") if held.kind == DECISION else words.say("Done"))
    def window() -> None:
        st.markdown(cards.escape(meeting_sentences.decided(session.voice, held)))
        with st.form(f"close_{held.id}", border=False):
            note = st.text_input(words.say("What came of it"), key=f"close_note_{held.id}") or ""
            sure = _pressed(session, words.say("Close"))
        _versions(session, held)
        if sure:
            _say(session, close, held.id, seen=held.version, note=note)

    window()


def reopen_decision(session: Session, held: Decision) -> None:
    """Open a closed decision again."""
    words = session.voice.words

    @st.dialog(words.say("Reopen"))
    def window() -> None:
        st.markdown(cards.escape(meeting_sentences.closed(session.voice, held)))
        with st.form(f"reopen_{held.id}", border=False):
            note = st.text_input(words.say("Why the change"), key=f"reopen_note_{held.id}") or ""
            sure = _pressed(session, words.say("Reopen"))
        _versions(session, held)
        if sure:
            _say(session, reopen, held.id, seen=held.version, note=note)

    window()


def comment_on(
    session: Session, kpi: str, scope: Scope, period: str, owners: Sequence[Person] = ()
) -> None:
    """Write a comment, one's own or the words of who answers for the figure."""
    words, at = session.voice.words, _at(kpi, scope)

    @st.dialog(words.say("Comment"), width="medium")
    def window() -> None:
        st.caption(cards.escape(meeting_sentences.about(session.voice, kpi, scope)))
        with st.form(f"comment_{at}", border=False):
            text = st.text_area(
                words.say("What is to be said"), key=f"comment_text_{at}", max_chars=1000
            )
            who = _person(session, words.say("Whose words"), f"comment_by_{at}", owners, "")
            sure = _pressed(session, words.say("Write it down"))
        if sure:
            _say(session, comment, kpi=kpi, scope=scope, period=period, text=text, said_by=who)

    window()


def change_comment(session: Session, said: Comment) -> None:
    """Reword a comment, or take it back; what was said before stays in the register."""
    words = session.voice.words

    @st.dialog(words.say("Change"), width="medium")
    def window() -> None:
        st.caption(cards.escape(meeting_sentences.about(session.voice, said.kpi, said.scope)))
        with st.form(f"reword_{said.id}", border=False):
            text = st.text_area(
                words.say("What is to be said"), said.text, key=f"reword_text_{said.id}",
                max_chars=1000,
            )  # fmt: skip
            sure = _pressed(session, words.say("Write it down"))
        if sure:
            _say(session, reword, "comment", said.id, text=text or "")
        _take_back(session, "comment", said)

    window()


def change_annotation(session: Session, noted: Annotation) -> None:
    """Reword what was noted on charts or move it to another day, or take it back."""
    words = session.voice.words

    @st.dialog(words.say("Change"))
    def window() -> None:
        st.caption(cards.escape(meeting_sentences.about(session.voice, noted.kpi, noted.scope)))
        with st.form(f"note_{noted.id}", border=False):
            day = st.date_input(
                words.say("Day"), noted.day, max_value=max(session.today, noted.day),
                format="DD/MM/YYYY", key=f"note_day_{noted.id}",
            )  # fmt: skip
            text = st.text_input(
                words.say("What happened"), noted.text, key=f"note_text_{noted.id}", max_chars=200
            )
            sure = _pressed(session, words.say("Write it down"))
        if sure and isinstance(day, date):
            _say(session, reword, "annotation", noted.id, day=day, text=text or "")
        _take_back(session, "annotation", noted)

    window()


def change_mute(session: Session, held: Mute) -> None:
    """Say for how long, or why, a figure is not talked about."""
    words = session.voice.words

    @st.dialog(words.say("Change"))
    def window() -> None:
        st.caption(cards.escape(meeting_sentences.about(session.voice, held.kpi, held.scope)))
        with st.form(f"remute_{held.id}", border=False):
            reason = st.text_input(
                words.say("Reason"), held.reason, key=f"remute_reason_{held.id}", max_chars=300
            )
            until = st.date_input(
                words.say("Until"), max(held.until, session.today), min_value=session.today,
                format="DD/MM/YYYY", key=f"remute_until_{held.id}",
            )  # fmt: skip
            sure = _pressed(session, words.say("Write it down"))
        if sure and isinstance(until, date):
            _say(session, reword, "mute", held.id, reason=reason or "", until=until)
        _said_before(session, "mute", held)

    window()


def mute_signal(session: Session, kpi: str, scope: Scope) -> None:
    """Say that a figure is not to be talked about until a day, and why."""
    words, at = session.voice.words, _at(kpi, scope)

    @st.dialog(words.say("Mute"))
    def window() -> None:
        st.caption(cards.escape(meeting_sentences.about(session.voice, kpi, scope)))
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
            sure = _pressed(session, words.say("Mute"))
        if sure and isinstance(until, date):
            _say(session, mute, kpi=kpi, scope=scope, reason=reason, until=until)

    window()


def annotate_chart(session: Session, kpi: str, scope: Scope, last_day: date) -> None:
    """Note on charts what happened on a day, for this KPI or all of the scope's; at first that of
    the last day drawn, so that the note shows."""
    words, at = session.voice.words, _at(kpi, scope)

    @st.dialog(words.say("Note on the chart"))
    def window() -> None:
        st.caption(cards.escape(meeting_sentences.about(session.voice, kpi, scope)))
        with st.form(f"annotate_{at}", border=False):
            day = st.date_input(
                words.say("Day"), min(last_day, session.today), max_value=session.today,
                format="DD/MM/YYYY",
                key=f"annotate_day_{at}",
            )  # fmt: skip
            text = st.text_input(words.say("What happened"), key=f"annotate_text_{at}",
                                 max_chars=200) or ""  # fmt: skip
            everywhere = st.checkbox(words.say("On all charts of this scope"), key=f"all_{at}")
            sure = _pressed(session, words.say("Write it down"))
        if sure and isinstance(day, date):
            _say(session, annotate, kpi="" if everywhere else kpi, scope=scope, day=day, text=text)

    window()


def set_goal(session: Session, kpi: str, scope: Scope) -> None:
    """Set a target or a budget of a KPI for the present or next month or quarter."""
    words, at = session.voice.words, _at(kpi, scope)
    unit = session.voice.catalogue[kpi].unit
    kinds = {"target": words.say("Target"), "budget": words.say("Budget")}

    @st.dialog(words.say("Set a target or budget"))
    def window() -> None:
        st.caption(cards.escape(meeting_sentences.about(session.voice, kpi, scope)))
        with st.form(f"goal_{at}", border=False):
            kind = st.segmented_control(
                words.say("What it is"), list(kinds), default="target", required=True,
                format_func=kinds.__getitem__, key=f"goal_kind_{at}",
            )  # fmt: skip
            periods = {each.key: each for each in session.ahead}
            period = st.selectbox(
                words.say("Period"), list(periods),
                format_func=lambda key: session.voice.format.period(periods[key]),
                key=f"goal_period_{at}",
            )  # fmt: skip
            percent = unit is Unit.RATE
            value = st.number_input(
                words.say("In %") if percent else words.say("Value"), value=None,
                key=f"goal_value_{at}",
            )  # fmt: skip
            sure = _pressed(session, words.say("Write it down"))
        if sure and value is not None:
            amount = from_percent(value) if percent else float(value)
            _say(session, set_target, session.voice.catalogue, kpi=kpi, scope=scope,
                 period=period, value=amount, kind=kind)  # fmt: skip

    window()


def choose_kpis(session: Session, present: Sequence[str]) -> None:
    """Choose the KPIs that the company reviews."""
    voice = session.voice
    words = voice.words
    names = sorted(
        (kpi.name for kpi in voice.catalogue if kpi.published),
        key=lambda name: voice.label(name).casefold(),
    )

    @st.dialog(words.say("KPIs of the review"), width="medium")
    def window() -> None:
        st.caption(words.say("A dozen is usual. All others stay one click away."))
        with st.form("choose", border=False):
            wanted = st.multiselect(
                words.say("KPIs"), names, [name for name in present if name in names],
                format_func=voice.label, max_selections=MOST, key="chosen_kpis",
            )  # fmt: skip
            sure = _pressed(session, words.say("Write it down"))
        if sure:
            _say(session, choose, wanted)

    window()


def unmute(session: Session, number: int) -> None:
    """Take a mute back; it stays in the register with who lifted it."""
    _say(session, withdraw, "mute", number)


def _versions(session: Session, held: Decision) -> None:
    """How a decision was worded before, by whom and when; nothing of one that never changed."""
    if held.version < 2:
        return
    title = session.voice.words.say("What was said before")
    with st.expander(title, key=f"versions_{held.id}"):
        for each in versions(session, held.id)[:-1]:
            st.caption(cards.escape(meeting_sentences.version(session.voice, each)))


def _take_back(session: Session, kind: str, said: Comment | Annotation) -> None:
    """Who wrote it and when, and a way to take it back."""
    voice = session.voice
    st.caption(cards.escape(meeting_sentences.written(voice, said)))
    if st.button(voice.words.say("Take it back"), key=f"withdraw_{kind}_{said.id}"):
        _say(session, withdraw, kind, said.id)
    _said_before(session, kind, said)


def _said_before(session: Session, kind: str, said: Comment | Annotation | Mute) -> None:
    """What was said of the same figure and reworded or taken back since."""
    found = remarks_before(session, kind, said.kpi, said.scope)
    if not found:
        return
    title = session.voice.words.say("What was said before")
    with st.expander(title, key=f"before_{kind}_{said.id}"):
        for each in found:
            st.caption(cards.escape(meeting_sentences.taken_back(session.voice, each)))


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
        said["owner"] = _person(
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


def _person(
    session: Session, title: str, key: str, owners: Sequence[Person], held: str | None
) -> str:
    """A person of the organisation by name, those who answer for it first; '' for nobody."""
    first = list(dict.fromkeys(owner.key for owner in owners))
    known = sorted(
        (each.person for each in session.organisation.people),
        key=lambda person: meeting_sentences.person(session.voice, person).casefold(),
    )
    options = list(dict.fromkeys([*first, "", *known, *([held] if held else [])]))
    nobody = session.voice.words.say("nobody named")
    start = held if held is not None else (first[0] if first else "")
    chosen = st.selectbox(
        title,
        options,
        options.index(start),
        format_func=lambda person: (
            meeting_sentences.person(session.voice, person) if person else nobody
        ),
        key=key,
    )
    return chosen or ""


def _new(session: Session, what: str, kpi: str, scope: Scope, but: int | None) -> bool:
    """Whether nothing like it is open, or its writer wants it all the same, having been told."""
    found = likened(session, what, kpi, scope, but)
    told = (what.strip(), tuple(each.decision.id for each in found))
    if not found or st.session_state.get("decide_told") == told:
        return True
    st.session_state["decide_told"] = told
    voice = session.voice
    st.warning(
        cards.escape(meeting_sentences.alike(voice, [each.decision for each in found])),
        icon=":material/content_copy:",
    )
    again = voice.words.say("Press again to write it down all the same.")
    st.caption(cards.escape(again))
    return False


def _at(kpi: str, scope: Scope, number: int | None = None) -> str:
    return f"{kpi}_{scope.kind}_{scope.key}_{number or 0}"


def _pressed(session: Session, label: str) -> bool:
    return bool(st.form_submit_button(label, type="primary", key="pressed"))


def _say(session: Session, saying: Callable[..., Any], *place: Any, **said: Any) -> None:
    """Write it and draw the page again; a refusal stays where it was met."""
    try:
        write(session, saying, *place, **said)
    except VigieError as refused:
        cards.refusal(refused, session.voice.words)
        return
    st.rerun()
