"""The small windows in which a company says which KPIs it reviews and where they should be."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import markup, meeting_sentences, windows
from dashboard.session import Session
from metrics.catalogue.kpi import Unit
from metrics.register.review_choice import MOST, choose
from metrics.register.targets import from_percent, set_target
from metrics.result import Scope


def set_goal(session: Session, kpi: str, scope: Scope) -> None:
    """Set a target or a budget of a KPI for the present or next month or quarter."""
    words, at = session.voice.words, windows.at(kpi, scope)
    unit = session.voice.catalogue[kpi].unit
    kinds = {"target": words.say("Target"), "budget": words.say("Budget")}

    @st.dialog(words.say("Set a target or budget"))
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(session.voice, kpi, scope)))
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
            sure = windows.pressed(session, words.say("Write it down"))
        if sure and value is not None:
            amount = from_percent(value) if percent else float(value)
            windows.say(session, set_target, session.voice.catalogue, kpi=kpi, scope=scope,
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
            sure = windows.pressed(session, words.say("Write it down"))
        if sure:
            windows.say(session, choose, wanted)

    window()
