"""Imports: drop files, see what they would change, load them, take them back."""

from __future__ import annotations

import streamlit as st

from dashboard.session import Session


def show(session: Session) -> None:
    st.header(session.voice.words.say("Imports"), anchor=False)
