"""Key results as a table, and the windows in which they are said anew or said first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import cards, markup, narrow, plan_sentences, plan_tables, tables
from dashboard.session import Session
from dashboard.written import whole_percents
from metrics import key_results
from metrics.calendar import Grain
from metrics.catalogue.kpi import Unit
from metrics.errors import VigieError
from metrics.key_results import SaidResult, Saying
from metrics.pages.portfolio import KeyResultState
from metrics.register.targets import from_percent
from metrics.result import Scope

#: Of the company as a whole.
COMPANY = ""
#: What this reader has said and is being loaded, and how often that is looked at, in seconds.
SAYING, LOOK_AGAIN = "said_results", 2
#: Why the latest thing said was not loaded.
REFUSED = "said_refused"


def objectives(session: Session, found: Sequence[KeyResultState], product: str = COMPANY) -> None:
    """The key results that run, of a product or of all, and ways to change them."""
    words = session.voice.words
    st.subheader(words.say("Objectives"), anchor=False)
    if not found:
        none = words.say("No objective runs this week. Import a file of key results to see them.")
        st.caption(markup.escape(none))
    else:
        _table(session, found, bool(product))
    if refused := st.session_state.get(REFUSED):
        cards.refusal(refused, words)
    if st.session_state.get(SAYING):
        _following(session)
    with st.container(horizontal=True, gap="small"):
        if found and st.button(
            words.say("Change a key result"), key="change_result", icon=":material/edit:",
            type="tertiary",
        ):  # fmt: skip
            _change(session, found)
        if st.button(
            words.say("Add a key result"), key="add_result", icon=":material/add:", type="tertiary"
        ):
            _add(session, product)


def _table(session: Session, found: Sequence[KeyResultState], one_product: bool) -> None:
    words = session.voice.words
    column = st.column_config
    frame = plan_tables.key_results(found, session.voice)
    if one_product:
        frame = frame.drop(columns="product")
    telling = {
        "product": words.say("Product"),
        "result": words.say("Key result"),
        "current": words.say("Now"),
        "pace": words.say("Pace"),
    }
    with narrow.wide(frame, telling, "key_results", words, right=("current",)):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "objective": column.TextColumn(words.say("Objective"), width=230),
                "product": column.TextColumn(words.say("Product"), width=110),
                "result": column.TextColumn(words.say("Key result"), width=220),
                "pace": column.TextColumn(words.say("Pace"), width=150),
                "start": column.TextColumn(words.say("From"), alignment="right", width=85),
                "current": column.TextColumn(words.say("Now"), alignment="right", width=85),
                "target": column.TextColumn(words.say("To"), alignment="right", width=85),
                "progress": column.ProgressColumn(
                    words.say("Progress"),
                    min_value=0,
                    max_value=100,
                    format=whole_percents(session.voice),
                    width=140,
                ),
                "expected": column.TextColumn(words.say("Time gone"), alignment="right", width=95),
            },
            height="content" if len(found) <= cards.ROWS_SHOWN else "auto",
            key="key_results",
            alt=words.say("Key results with their progress and the time gone"),
        )


def _change(session: Session, found: Sequence[KeyResultState]) -> None:
    """Say a key result anew: where it starts from, where it is to go, where it stands."""
    words = session.voice.words

    @st.dialog(words.say("Change a key result"), width="medium")
    def window() -> None:
        place = st.selectbox(
            words.say("Key result"), range(len(found)),
            format_func=lambda at: plan_sentences.named(session.voice, found[at]),
            key="changed_result",
        )  # fmt: skip
        planned = found[place].planned
        try:
            held = key_results.said_result(session.workspace, session.viewer, planned)
        except VigieError as refused:
            cards.refusal(refused, words)
            return
        with st.form(f"result_{place}", border=False):
            changed = _values(session, held, f"result_{place}")
            sure = st.form_submit_button(words.say("Write it down"), type="primary", key="pressed")
        if sure:
            _say(session, SaidResult(**(vars(held) | changed)))

    window()


def _add(session: Session, product: str) -> None:
    """Say a key result of the present or the next quarter."""
    voice = session.voice
    words = voice.words
    products = {COMPANY: voice.name(Scope("company", ""))} | {
        each.product: each.name for each in session.organisation.products
    }
    quarters = {each.key: each for each in session.ahead if each.grain is Grain.QUARTER}
    measured = sorted(
        (kpi.name for kpi in voice.catalogue if kpi.published),
        key=lambda name: voice.label(name).casefold(),
    )

    @st.dialog(words.say("Add a key result"), width="medium")
    def window() -> None:
        kpi = st.selectbox(
            words.say("KPI that it reads"), ["", *measured],
            format_func=lambda name: voice.label(name) if name else words.say("none: told by hand"),
            key="result_kpi",
        )  # fmt: skip
        with st.form("add_result_form", border=False):
            name = st.text_input(words.say("Key result"), key="result_name", max_chars=200)
            of = st.selectbox(
                words.say("Product"), list(products), list(products).index(product),
                format_func=products.__getitem__, key="result_product",
            )  # fmt: skip
            quarter = st.selectbox(
                words.say("Quarter"), list(quarters),
                format_func=lambda key: voice.format.period(quarters[key]), key="result_quarter",
            )  # fmt: skip
            period = quarters[quarter]
            empty = key_results.new_result(of or None, period.start, period.end)
            said = _values(session, SaidResult(**(vars(empty) | {"kpi": kpi})), "new_result")
            sure = st.form_submit_button(words.say("Write it down"), type="primary", key="pressed")
        if sure:
            told = {"kpi": kpi, "name": name or (voice.label(kpi) if kpi else "")}
            _say(session, SaidResult(**(vars(empty) | said | told)))

    window()


def _values(session: Session, held: SaidResult, at: str) -> dict[str, Any]:
    """The fields of a key result, in % where the KPI that it reads is a rate."""
    words = session.voice.words
    catalogue = session.voice.catalogue
    rate = held.kpi in catalogue and catalogue[held.kpi].unit is Unit.RATE
    ending = words.say(" (in %)") if rate else ""

    def number(title: str, value: float | None, name: str) -> float | None:
        shown = None if value is None else round(100 * value, 6) if rate else value
        typed = st.number_input(f"{title}{ending}", value=shown, key=f"{at}_{name}")
        return None if typed is None else from_percent(typed) if rate else float(typed)

    said: dict[str, Any] = {
        "objective": st.text_input(
            words.say("Objective"), held.objective, key=f"{at}_objective", max_chars=200
        )
        or ""
    }
    with st.container(horizontal=True):
        said["start_value"] = number(words.say("From"), held.start_value, "start") or 0.0
        said["target_value"] = number(words.say("To"), held.target_value, "target") or 0.0
        if held.kpi not in catalogue:
            said["current_value"] = number(words.say("Now"), held.current_value, "current")
    return said


def _say(session: Session, said: SaidResult) -> None:
    """Begin to write it and draw the page again; a refusal stays."""
    try:
        begun = key_results.say(session.workspace, session.viewer, said)
    except VigieError as refused:
        cards.refusal(refused, session.voice.words)
        return
    st.session_state.pop(REFUSED, None)
    st.session_state.setdefault(SAYING, []).append(begun)
    st.rerun()


@st.fragment(run_every=LOOK_AGAIN)
def _following(session: Session) -> None:
    """What was said and is being loaded; once it is, the page is drawn with its figures."""
    words = session.voice.words
    begun: list[Saying] = st.session_state[SAYING]
    ended = False
    for each in list(begun):
        try:
            outcome = each.poll()
        except VigieError as refused:
            begun.remove(each)
            st.session_state[REFUSED] = refused
            ended = True
            continue
        if outcome is not None:
            begun.remove(each)
            ended = True
    if ended:
        st.rerun()
    if begun:
        told = words.say("Written down; the figures follow…")
        st.caption(f":material/hourglass_top: {markup.escape(told)}")
