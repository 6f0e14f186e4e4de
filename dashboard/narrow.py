"""What a phone shows in place of a wide table: its telling columns, wrapped to fit.

A wide table is drawn on a canvas that a phone scrolls sideways, so that figures leave the screen.
Both are on the page; the window's width says which one is seen, for no server knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

import streamlit as st
from pandas import DataFrame

from dashboard.markup import escape
from dashboard.translation import Translation

#: A mark stays with the word that says it.
MARKED = re.compile(r"^([^\w\s]) ")
MOST_ROWS = 30  # on a phone; the download holds them all


@contextmanager
def wide(
    frame: DataFrame,
    telling: Mapping[str, str],
    key: str,
    words: Translation,
    *,
    right: Collection[str] = (),
    how: Mapping[str, Callable[[float], str]] | None = None,
) -> Iterator[None]:
    """Around the drawing of a table; below it goes what stands in for it on a phone.

    `telling` names columns of `frame` with their titles; those it does not have are left out.
    Columns named in `right` hold figures, and `how` says how those that are numbers are written.
    """
    with st.container(key=f"wide_{key}"):
        yield
    shown = {name: title for name, title in telling.items() if name in frame}
    with st.container(key=f"narrow_{key}", gap="xsmall"):
        st.markdown(lines(frame.head(MOST_ROWS), shown, right, how or {}))
        if (more := len(frame) - MOST_ROWS) > 0:
            st.caption(escape(words.count("and {n} more", "and {n} more", more)))


def lines(
    frame: DataFrame,
    titles: Mapping[str, str],
    right: Collection[str],
    how: Mapping[str, Callable[[float], str]],
) -> str:
    """The columns as a table in Markdown."""
    told = DataFrame(
        {name: frame[name].map(how[name]) if name in how else frame[name] for name in titles}
    )
    heads = " | ".join(map(escape, titles.values()))
    rules = " | ".join("---:" if name in right else "---" for name in titles)
    rows = (
        " | ".join(escape(MARKED.sub("\\1\u00a0", str(cell))) for cell in row)
        for row in told.fillna("").itertuples(index=False)
    )
    return "\n".join(f"| {line} |" for line in (heads, rules, *rows))
