"""The kinds of export that a company has described: renamed and forgotten on the import page."""

from __future__ import annotations

import streamlit as st

from dashboard import import_sentences, refusals
from dashboard.markup import escape
from dashboard.session import Session
from metrics.errors import VigieError
from metrics.own_exports import OwnExport, forget, own_exports, rename

TOLD = "own_exports_told"


def own_kinds(session: Session) -> None:
    """Nothing while there are none; else one to choose, with what can be done with it."""
    words = session.voice.words
    kinds = own_exports(session.workspace)
    told = st.session_state.pop(TOLD, "")
    if told:
        st.markdown(escape(told))
    if not kinds:
        return
    with st.expander(words.say("Kinds of export that you described"), key="own_exports"):
        chosen = st.selectbox(
            words.say("Kind of export"),
            kinds,
            format_func=lambda kind: kind.profile.label[words.language],
            key="own_export",
        )
        holds = import_sentences.dataset(session.voice, chosen.profile.dataset)
        read = words.count(
            "{n} import was read so.", "{n} imports were read so.", chosen.imports
        )  # fmt: skip
        st.caption(escape(f"{holds} · {read}"))
        label = st.text_input(
            words.say("What do you call this kind of export?"),
            value=chosen.profile.label[words.language],
            key=f"own_export_{chosen.name}_label",
        )
        with st.container(horizontal=True):
            if st.button(
                words.say("Rename it"),
                key="rename_export",
                disabled=not label.strip() or label == chosen.profile.label[words.language],
            ):
                _rename(session, chosen, label)
                st.rerun()
            if st.button(
                words.say("Forget it"),
                key="forget_export",
                disabled=bool(chosen.imports),
            ):
                _forget(session, chosen)
                st.rerun()
        st.caption(
            escape(
                words.say("It is needed to read those imports again: undo them to forget it.")
                if chosen.imports
                else words.say("Files like these will have to be described again.")
            )
        )


def _rename(session: Session, kind: OwnExport, label: str) -> None:
    try:
        rename(session.workspace, kind.name, label)
    except VigieError as error:
        st.session_state[TOLD] = refusals.told(error, session.voice.words)


def _forget(session: Session, kind: OwnExport) -> None:
    try:
        forget(session.workspace, kind.name)
    except VigieError as error:
        st.session_state[TOLD] = refusals.told(error, session.voice.words)
