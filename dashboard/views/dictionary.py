"""The KPI dictionary: what each KPI means, how far to rely on it, and what brings its data."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    address,
    cards,
    definition_sentences,
    definition_tables,
    dictionary_filters,
    markup,
    narrow,
    tables,
)
from dashboard.answers import dictionary
from dashboard.session import Session
from metrics.pages.dictionary import Entry, search

MANY = 15  # KPIs in a table that scrolls
TABLE_HEIGHT = 700


def show(session: Session, chooser: DeltaGenerator, explore_place: st.Page | None) -> None:
    words = session.voice.words
    with chooser:
        cards.headline(words.say("KPI dictionary"))
    entries = dictionary(session)
    labels = {entry.kpi.name: entry.kpi.label for entry in entries}
    with chooser:
        chosen = dictionary_filters.kpi_or_all(session, labels)

    by_name = {entry.kpi.name: entry for entry in entries}
    if chosen in by_name:
        definition(session, by_name[chosen], by_name, explore_place)
    else:
        the_list(session, entries)


def the_list(session: Session, entries: Sequence[Entry]) -> None:
    """Every KPI that the search and the family leave, in the order of the catalogue."""
    voice = session.voice
    words = voice.words
    with st.container(horizontal=True, key="search"):
        text = dictionary_filters.search_text(session)
        family = dictionary_filters.family(session)
    found = search(entries, text, family)
    if not found:
        st.markdown(
            markup.escape(words.say("No KPI matches. Search for another word or choose all KPIs."))
        )
        return
    st.caption(markup.escape(words.count("{n} KPI", "{n} KPIs", len(found))))
    by_label = {entry.kpi.label[words.language]: entry.kpi.name for entry in found}

    def open_entry() -> None:
        label = tables.pressed("definitions_kpi")
        if label is not None:
            st.session_state[address.choice("kpi")] = by_label[label]

    column = st.column_config
    frame = definition_tables.definitions(found, voice)
    telling = {"kpi": words.say("KPI"), "meaning": words.say("Meaning")}
    with narrow.wide(frame, telling, "definitions", words):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "kpi": column.ButtonColumn(
                    words.say("KPI"),
                    pinned=True,
                    alignment="left",
                    width=245,
                    type="tertiary",
                    on_click=open_entry,
                    key="definitions_kpi",
                ),
                "family": column.TextColumn(words.say("Family"), width=165),
                "meaning": column.TextColumn(words.say("Meaning"), width=515),
                "better": column.TextColumn(words.say("Better"), width=95),
                "cadence": column.TextColumn(words.say("Cadence"), width=80),
                "owner": column.TextColumn(words.say("Owner"), width=100),
                "data": column.TextColumn(words.say("Data"), width=95),
            },
            row_height=42,
            height=TABLE_HEIGHT if len(found) > MANY else "content",
            key="definitions",
            alt=words.say("KPIs with their meaning; a name opens its definition"),
        )


def definition(
    session: Session, entry: Entry, by_name: dict[str, Entry], explore_place: st.Page | None
) -> None:
    """One KPI in full."""
    voice = session.voice
    language = voice.words.language
    kpi = entry.kpi
    st.subheader(markup.escape(kpi.label[language]), anchor=False)
    st.markdown(markup.escape(kpi.meaning[language]))
    rows = definition_sentences.rows(voice, entry)
    with st.container(border=True, key="definition"):
        for title, told in rows:
            name, said = st.columns([1, 4], gap="xsmall")
            name.markdown(f"**{markup.escape(title)}**")
            said.markdown(markup.escape(told))
        tree(session, entry, by_name)
    st.caption(markup.escape(definition_sentences.provenance(voice, kpi)))
    with st.container(horizontal=True, vertical_alignment="center"):
        if explore_place is not None:
            st.page_link(
                explore_place,
                label=voice.words.say("Explore its figures"),
                icon=":material/query_stats:",
                query_params={"kpi": kpi.name},
            )
        st.button(
            voice.words.say("All KPIs"),
            icon=":material/arrow_back:",
            type="tertiary",
            key="all_kpis",
            on_click=_open,
            args=(address.ALL,),
        )


def tree(session: Session, entry: Entry, by_name: dict[str, Entry]) -> None:
    """The KPIs above and below it in the KPI tree, each one click away."""
    words = session.voice.words
    for title, names in (
        (words.say("Above it in the KPI tree"), entry.parents),
        (words.say("Below it in the KPI tree"), entry.children),
    ):
        if not names:
            continue
        name, said = st.columns([1, 4], gap="xsmall", vertical_alignment="center")
        name.markdown(f"**{markup.escape(title)}**")
        with said, st.container(horizontal=True, gap="small"):
            for other in names:
                st.button(
                    markup.escape(by_name[other].kpi.label[words.language]),
                    key=f"tree_{other}",
                    on_click=_open,
                    args=(other,),
                )


def _open(name: str) -> None:
    st.session_state[address.choice("kpi")] = name
