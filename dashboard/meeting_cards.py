"""The pieces of a meeting: what was promised, what is said of a subject, the minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import streamlit as st

from dashboard import (
    cards,
    decision_dialogs,
    markup,
    meeting_tables,
    minutes,
    narrow,
    remark_dialogs,
    review_dialogs,
    sentences,
    spreadsheet,
    tables,
)
from dashboard import meeting_sentences as told
from dashboard.session import Session
from metrics.pages.meeting import Agenda, Promise
from metrics.pages.portfolio import Holding
from metrics.pages.review_facts import Muted, Review, Subject
from metrics.pages.slipping import Slip
from metrics.register.decisions import ACTION, DECISION, OPEN, Decision
from metrics.register.remarks import Annotation
from metrics.result import Scope

#: Promises told before a click: the first subjects stay on the screen.
TOLD_AT_FIRST = 3
#: A longer table scrolls, at so many pixels.
ROWS_SHOWN, ROWS_HEIGHT = 12, 405
LATE, DUE, CLOSED = ":material/schedule:", ":material/event:", ":material/task_alt:"
ICONS = {DECISION: ":material/gavel:", ACTION: ":material/checklist:"}


def promises(session: Session, agenda: Agenda) -> None:
    """What is due, the longest due first; nothing when nothing is."""
    if not agenda.due:
        return
    words = session.voice.words
    st.subheader(
        words.count(
            "{n} decision or action is due", "{n} decisions or actions are due", len(agenda.due)
        ),
        anchor=False,
    )
    for each in agenda.due[:TOLD_AT_FIRST]:
        promise(session, each)
    rest = agenda.due[TOLD_AT_FIRST:]
    if not rest:
        return
    title = words.count("{n} more is due", "{n} more are due", len(rest))
    folded = st.expander(title, key="more_due", on_change="rerun")
    if folded.open:
        with folded:
            for each in rest:
                promise(session, each)


def still_open(session: Session, agenda: Agenda) -> None:
    """The open decisions and actions that are not due yet, one click away."""
    if not agenda.later:
        return
    title = session.voice.words.count(
        "{n} open decision or action to come back later",
        "{n} open decisions or actions to come back later",
        len(agenda.later),
    )
    folded = st.expander(title, key="later", on_change="rerun")
    if folded.open:
        with folded:
            for each in agenda.later:
                promise(session, each)


def promise(session: Session, found: Promise) -> None:
    """One promise with what became of it, and what can be done about it."""
    icon = LATE if found.days_late > 0 else DUE
    held(session, told.promise(session.voice, found), found.decision, icon)


def held(session: Session, text: str, found: Decision, icon: str | None = None) -> None:
    """An open decision or action as `text` tells it, with a way to close and to change it."""
    words = session.voice.words
    done = words.say("Close") if found.kind == DECISION else words.say("Done")
    with st.container(key=f"promise_{found.id}"):
        words_place, buttons = st.columns([6, 1], vertical_alignment="top")
        words_place.markdown(f"{icon or ICONS[found.kind]} {markup.escape(text)}")
        with buttons, st.container(horizontal=True, gap="small", horizontal_alignment="right"):
            if _small(done, f"close_{found.id}"):
                decision_dialogs.close_decision(session, found)
            if _small(words.say("Change"), f"change_{found.id}"):
                decision_dialogs.change_decision(session, found)


def subject(
    session: Session,
    found: Subject,
    key: str,
    *,
    period: str,
    places: Mapping[str, st.Page | None] = cards.NOWHERE,
    explore_place: st.Page | None = None,
) -> None:
    """A subject with what can be done about it and what was said of it."""
    cards.subject(
        session,
        found,
        key,
        beside=partial(actions, session, period=period, key=key),
        below=partial(conversation, session),
        places=places,
        explore_place=explore_place,
    )


def actions(session: Session, found: Subject, *, period: str, key: str) -> None:
    """What can be done about a subject: decide, note an action, comment, mute."""
    words = session.voice.words
    kpi, scope = found.reading.kpi, found.reading.scope
    if _small(words.say("Decide"), f"{key}_decide", ICONS[DECISION]):
        decision_dialogs.decide_about(session, kpi, scope, found.owners)
    if _small(words.say("Action"), f"{key}_action", ICONS[ACTION]):
        decision_dialogs.decide_about(
            session, kpi, scope, found.owners, kind=ACTION, part_of=_latest(found)
        )
    if _small(words.say("Comment"), f"{key}_comment", ":material/comment:"):
        remark_dialogs.comment_on(session, kpi, scope, period, found.owners)
    if _small(words.say("Mute"), f"{key}_mute", ":material/notifications_off:"):
        remark_dialogs.mute_signal(session, kpi, scope)


def chart(session: Session, kpi: str, scope: Scope, week: str | None) -> None:
    """A 6-12 chart with what was noted of it, and what can be."""
    cards.chart(
        session, kpi, scope, week,
        noted=partial(_noted, session, f"{kpi}_{scope.kind}_{scope.key}"),
        below=partial(chart_actions, session),
    )  # fmt: skip


def _noted(session: Session, at: str, number: int, said: Annotation) -> None:
    """One of a chart's numbered notes, and a way to change it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"**{number}** {markup.escape(sentences.annotation(session.voice, said))}")
        if _small(session.voice.words.say("Change"), f"noted_{said.id}_{at}"):
            remark_dialogs.change_annotation(session, said)


def chart_actions(session: Session, kpi: str, scope: Scope, last_day: date) -> None:
    """What can be noted of a chart: what happened on a day, a target or budget."""
    words = session.voice.words
    at = f"{kpi}_{scope.kind}_{scope.key}"
    with st.container(horizontal=True, gap="small"):
        if _small(words.say("Note on the chart"), f"annotate_{at}", ":material/flag:"):
            remark_dialogs.annotate_chart(session, kpi, scope, last_day)
        if _small(words.say("Set a target or budget"), f"goal_{at}", ":material/target:"):
            review_dialogs.set_goal(session, kpi, scope)


def kpis_of_the_review(session: Session, facts: Review) -> None:
    """A way to choose what the company looks at."""
    if facts.scope.kind == "company" and _small(
        session.voice.words.say("KPIs of the review"), "choose_kpis", ":material/tune:"
    ):
        review_dialogs.choose_kpis(session, [reading.kpi for reading in facts.headline])


def conversation(session: Session, found: Subject) -> None:
    """What was said and decided of a subject."""
    voice = session.voice
    for said in found.comments:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f":material/comment: {markup.escape(told.comment(voice, said))}", width="stretch"
            )
            if _small(voice.words.say("Change"), f"comment_{said.id}"):
                remark_dialogs.change_comment(session, said)
    for held in found.decisions:
        st.markdown(f"{ICONS[held.kind]} {markup.escape(told.brief(voice, held))}")


def muted(session: Session, found: Sequence[Muted]) -> None:
    """The signals that are not talked about, each with its reason and a way back."""
    words = session.voice.words
    for each in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f":material/notifications_off: {markup.escape(told.muted(session.voice, each))}",
                width="stretch",
            )
            if _small(words.say("Change"), f"remute_{each.mute.id}"):
                remark_dialogs.change_mute(session, each.mute)
            if _small(words.say("Talk about it again"), f"unmute_{each.mute.id}"):
                remark_dialogs.unmute(session, each.mute.id)


def slipping(session: Session, found: Sequence[Slip]) -> None:
    """Initiatives that slip, the soonest due first; nothing when none does."""
    if not found:
        return
    words = session.voice.words
    st.subheader(
        words.count("{n} initiative slips", "{n} initiatives slip", len(found)), anchor=False
    )
    column = st.column_config
    frame = meeting_tables.slips(found, session.voice)
    telling = {"title": words.say("Initiative"), "due": words.say("Due"), "slip": words.say("Slip")}
    with narrow.wide(frame, telling, "slips", words):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "title": column.TextColumn(words.say("Initiative")),
                "product": column.TextColumn(words.say("Product")),
                "due": column.TextColumn(words.say("Due")),
                "slip": column.TextColumn(words.say("Slip")),
                "objective": column.TextColumn(words.say("Objective")),
            },
            height="content" if len(found) <= ROWS_SHOWN else ROWS_HEIGHT,
            key="slips",
            alt=words.say("Initiatives that slip, with when they are due"),
        )


def objectives(session: Session, found: Sequence[Holding]) -> None:
    """Objectives against what the date asks for, product by product; nothing without any."""
    frame = meeting_tables.objectives(found, session.voice)
    if frame.empty:
        return
    words = session.voice.words
    st.subheader(words.say("Objectives against their pace"), anchor=False)
    column = st.column_config
    telling = {
        "name": words.say("Scope"),
        "progress": words.say("Progress"),
        "pace": words.say("Pace"),
    }
    with narrow.wide(frame, telling, "objectives", words, right=("progress",)):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "name": column.TextColumn(
                    words.say("Scope"), width=cards.name_width(frame["name"])
                ),
                "progress": column.TextColumn(words.say("Progress"), alignment="right"),
                "expected": column.TextColumn(words.say("Expected then"), alignment="right"),
                "pace": column.TextColumn(words.say("Pace")),
                "period": column.TextColumn(words.say("Period")),
            },
            height="content" if len(frame) <= ROWS_SHOWN else ROWS_HEIGHT,
            key="objectives",
            alt=words.say("Objectives: progress and what the date asks for"),
        )


def closing(session: Session, facts: Review, agenda: Agenda) -> None:
    """The end of the meeting: what was decided, read back, to copy or take away."""
    voice = session.voice
    words = voice.words
    st.subheader(words.say("Decided in this review"), anchor=False)
    if not agenda.taken and not agenda.closed:
        st.caption(markup.escape(words.say("Nothing was decided.")))
    for held in agenda.taken:
        decision(session, held)
    for held in agenda.closed:
        _closed(session, held)
    text = minutes.markdown(voice, facts, agenda)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            words.say("Download the minutes"),
            text,
            file_name=f"vigie-{facts.week.key}.md",
            mime="text/markdown",
            icon=":material/download:",
            on_click="ignore",
            key="minutes_download",
        )
        st.download_button(
            words.say("Decisions as CSV"),
            data=lambda: spreadsheet.as_csv(minutes.table(voice, agenda)),
            file_name=f"vigie-{facts.week.key}.csv",
            mime="text/csv",
            icon=":material/table:",
            type="tertiary",
            on_click="ignore",
            key="minutes_csv",
        )
    folded = st.expander(words.say("Read or copy the minutes"), key="minutes", on_change="rerun")
    if folded.open:
        with folded:
            st.code(text, language=None, wrap_lines=True)


def decision(session: Session, held: Decision) -> None:
    """A decision or action as it was taken, with a way to change it."""
    words = session.voice.words
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"{ICONS[held.kind]} {markup.escape(told.decided(session.voice, held))}",
            width="stretch",
        )
        if held.status == OPEN and _small(words.say("Change"), f"taken_{held.id}"):
            decision_dialogs.change_decision(session, held)


def _closed(session: Session, held: Decision) -> None:
    words = session.voice.words
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        closed = markup.escape(words.say("Closed: {told}", told=told.closed(session.voice, held)))
        st.markdown(f"{CLOSED} {closed}", width="stretch")
        if _small(words.say("Reopen"), f"reopen_{held.id}"):
            decision_dialogs.reopen_decision(session, held)


def of_scope(session: Session, agenda: Agenda, scope: Scope) -> None:
    """On a page about one scope: its open decisions and actions, and a way to take another."""
    words = session.voice.words
    for each in (*agenda.due, *agenda.later):
        promise(session, each)
    about = words.say("Decide about {name}", name=markup.escape(session.voice.name(scope)))
    with st.container(horizontal=True, gap="small"):
        if _small(about, "scope_decide", ICONS[DECISION]):
            decision_dialogs.decide_about(session, "", scope)
        if _small(words.say("Take an action"), "scope_action", ICONS[ACTION]):
            decision_dialogs.decide_about(session, "", scope, kind=ACTION)


def _latest(found: Subject) -> int | None:
    """The newest open decision on a subject, which an action then carries out."""
    return next((each.id for each in found.decisions if each.kind == DECISION), None)


def _small(label: str, key: str, icon: str | None = None) -> bool:
    return st.button(label, key=key, icon=icon, type="tertiary")
