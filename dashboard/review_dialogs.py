"""The small windows in which a company says which KPIs it reviews and where they should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from dashboard import definition_sentences, markup, meeting_sentences, windows
from dashboard.answers import targets_before
from dashboard.session import Session
from dashboard.voice import Voice
from metrics.calendar import Period
from metrics.catalogue.kpi import Kpi, Unit
from metrics.register.review_choice import MOST, choose
from metrics.register.targets import Held, SetTarget, from_percent, set_target
from metrics.result import Scope


def set_goal(session: Session, kpi: str, scope: Scope) -> None:
    """Set a target or a budget of a KPI for the present or next month or quarter, beside what holds
    and who set it."""
    voice = session.voice
    words, at = voice.words, windows.at(kpi, scope)
    entry = voice.catalogue[kpi]
    periods = {each.key: each for each in session.ahead}
    seen = f"goal_seen_{at}"
    st.session_state[seen] = _holding(targets_before(session, kpi, scope))

    @st.dialog(words.say("Set a target or budget"))
    def window() -> None:
        st.caption(markup.escape(meeting_sentences.about(voice, kpi, scope)))
        with st.form(f"goal_{at}", border=False):
            kind = st.segmented_control(
                words.say("What it is"), list(meeting_sentences.GOALS), default="target",
                required=True, key=f"goal_kind_{at}",
                format_func=lambda key: words.say(meeting_sentences.GOALS[key]),
            )  # fmt: skip
            period = st.selectbox(
                words.say("Period"), list(periods),
                format_func=lambda key: voice.format.period(periods[key]),
                key=f"goal_period_{at}",
            )  # fmt: skip
            value = st.number_input(_asked(voice, entry), value=None, key=f"goal_value_{at}")
            sure = windows.pressed(session, words.say("Write it down"))
        if sure and value is not None:
            amount = from_percent(value) if entry.unit is Unit.RATE else float(value)
            windows.say(session, set_target, voice.catalogue, kpi=kpi, scope=scope,
                 period=period, value=amount, kind=kind, seen=st.session_state[seen])  # fmt: skip
        # Who was told that another value was set meanwhile has now seen it, and may press again.
        st.session_state[seen] = _goals(session, kpi, scope, periods)

    window()


def _asked(voice: Voice, kpi: Kpi) -> str:
    """The title of a value, with the unit in which it is typed."""
    match kpi.unit:
        case Unit.RATE:
            return voice.words.say("In %")
        case Unit.MONEY | Unit.DAYS | Unit.HOURS | Unit.POINTS:
            return f"{voice.words.say('Value')} ({definition_sentences.unit(voice, kpi)})"
        case _:
            return voice.words.say("Value")


def _goals(
    session: Session, kpi: str, scope: Scope, periods: Mapping[str, Period]
) -> dict[Held, SetTarget]:
    """Tell the targets and budgets that hold for some periods, and those before them; gives all
    that hold."""
    found = [each for each in targets_before(session, kpi, scope) if each.period in periods]
    holding = _holding(found)

    def tell(each: SetTarget) -> None:
        told = meeting_sentences.goal(session.voice, each, periods[each.period])
        st.caption(markup.escape(told))

    for each in holding.values():
        tell(each)
    before = [each for each in found if each not in holding.values()]
    if before:
        title = session.voice.words.say("What was said before")
        with st.expander(title, key=f"goals_{windows.at(kpi, scope)}"):
            for each in reversed(before):
                tell(each)
    return holding


def _holding(found: Iterable[SetTarget]) -> dict[Held, SetTarget]:
    """The newest of each kind and period."""
    return {Held(each.kpi, each.scope, each.period, each.kind): each for each in found}


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
