"""The one cache of what readers asked: frozen answers, shared by all of them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

MOST_KEPT = 512  # answers, of all readers together


@st.cache_resource(max_entries=MOST_KEPT, show_spinner=False)
def answer(key: tuple[object, ...], _read: Callable[[], Any]) -> Any:
    """One cache for every reader: the answers are frozen, so readers share one copy of each
    instead of a pickled one. Streamlit makes no part of its key of an argument that begins with _.
    """
    with _unswept():
        return _read()


@contextmanager
def _unswept() -> Iterator[None]:
    """Without a search for garbage meanwhile: what an answer is made of stays, and of a large
    company the searches took two fifths of the reading."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()
