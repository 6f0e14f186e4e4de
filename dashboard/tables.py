"""Tables as Streamlit draws them, whose own download and copy must not carry a formula out."""

from __future__ import annotations

from typing import Any

import streamlit as st
from pandas import DataFrame
from pandas.io.formats.style import Styler

from dashboard.spreadsheet import JOINER, inert


def show(frame: DataFrame | Styler, **drawn: Any) -> Any:
    """`st.dataframe` of text that no spreadsheet runs, whoever takes it from the page; what
    `dashboard.written` has put into words is so already."""
    return st.dataframe(inert(frame) if isinstance(frame, DataFrame) else frame, **drawn)


def pressed(key: str) -> str | None:
    """The label in a column of buttons that was pressed, as its data have it."""
    click = st.session_state[key]
    return None if click is None else str(click.label).removeprefix(JOINER)
