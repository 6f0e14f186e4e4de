"""The list of figures that changed after they had been published."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import (
    address,
    cards,
    exploring_filters,
    markup,
    narrow,
    restated_tables,
    tables,
)
from dashboard.answers import restatements
from dashboard.session import Session
from metrics.format import alphabetical
from metrics.pages.restatements import Changed
from metrics.result import Scope

#: What of the address belongs to the list: with one of these it opens unfolded.
ADDRESSED = ("changed", "changed_of", "span")
MOST_SHOWN = 1000  # the download holds them all


def changed(session: Session) -> None:
    """The changes of a KPI, a scope and a span of time, behind a click."""
    words = session.voice.words
    fold = st.expander(
        words.say("Figures changed after publication"),
        expanded=any(name in st.query_params for name in ADDRESSED),
        icon=":material/history:",
        key="changed_list",
        on_change="rerun",
    )
    if not fold.open:
        return
    with fold:
        with st.container(horizontal=True, key="changed_filters", gap="small"):
            span = st.container(width="content")
            of_kpi = st.container(width="content")
            of_scope = st.container(width="content")
        with span:
            found = restatements(session, exploring_filters.looking_back_to(session))
        if not found:
            told = words.say("No figure of these periods has changed after it was published.")
            st.caption(markup.escape(told))
            return
        with of_kpi:
            kpi = _kpi(session, found)
        with of_scope:
            scope = _scope(session, found)
        table(
            session,
            [
                each
                for each in found
                if kpi in (address.ALL, each.kpi) and scope in (address.ALL, _key(each.scope))
            ],
        )


def table(session: Session, found: list[Changed]) -> None:
    """The changes, the newest first, and all of them to download."""
    words = session.voice.words
    column = st.column_config
    frame = restated_tables.changes(found[:MOST_SHOWN], session.voice)
    telling = {
        "kpi": words.say("KPI"),
        "scope": words.say("Scope"),
        "period": words.say("Period"),
        "was": words.say("Was"),
        "now": words.say("Is now"),
        "cause": words.say("Cause"),
        "when": words.say("When"),
    }
    on_phone = {
        restated_tables.WHAT: words.say("KPI"),
        "was": telling["was"],
        "now": telling["now"],
    }
    with narrow.wide(frame, on_phone, "changed", words, right=("was", "now")):
        tables.show(
            frame,
            hide_index=True,
            column_order=restated_tables.COLUMNS,
            column_config={
                "kpi": column.TextColumn(telling["kpi"], pinned=True, width=210),
                "scope": column.TextColumn(telling["scope"], width=120),
                "period": column.TextColumn(telling["period"], width=130),
                "was": column.TextColumn(telling["was"], alignment="right", width=110),
                "now": column.TextColumn(telling["now"], alignment="right", width=110),
                "cause": column.TextColumn(telling["cause"], width=330),
                "when": column.TextColumn(telling["when"], width=140),
            },
            height="content" if len(frame) <= cards.ROWS_SHOWN else "auto",
            key="changed_table",
            alt=words.say("Figures that changed after they were published, the newest first"),
        )
    st.caption(
        markup.escape(words.count("{n} figure has changed", "{n} figures have changed", len(found)))
    )
    st.download_button(
        words.say("Download as CSV"),
        data=partial(restated_tables.export, found),
        file_name="vigie-restatements.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="changed_csv",
    )


def _kpi(session: Session, found: tuple[Changed, ...]) -> str:
    voice = session.voice
    names = sorted({each.kpi for each in found}, key=lambda name: alphabetical(voice.label(name)))
    return address.one(
        voice.words.say("KPI"),
        "changed",
        [address.ALL, *names],
        lambda name: voice.words.say("All KPIs") if name == address.ALL else voice.label(name),
        width=260,
    )


def _scope(session: Session, found: tuple[Changed, ...]) -> str:
    voice = session.voice
    places = {_key(each.scope): each.scope for each in found}
    ordered = sorted(
        places, key=lambda key: (places[key].key != "", alphabetical(voice.name(places[key])))
    )
    return address.one(
        voice.words.say("Scope"),
        "changed_of",
        [address.ALL, *ordered],
        lambda key: (
            voice.words.say("All scopes") if key == address.ALL else voice.name(places[key])
        ),
        width=200,
    )


def _key(scope: Scope) -> str:
    """A scope in the address: "company", "product:atelier"."""
    return ":".join(part for part in scope if part)
