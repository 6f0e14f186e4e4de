"""Cap or cadence: does a product need a clearer heading, or a steadier pace?"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    bearing_charts,
    bearing_sentences,
    bearing_tables,
    cards,
    filters,
    markup,
    narrow,
    tables,
)
from dashboard.answers import bearings
from dashboard.session import Session
from dashboard.side_sentences import SIDES
from metrics.pages.bearings import Bearing, Bearings
from metrics.pages.product_sides import CADENCE, CAP
from metrics.pages.signs import Score


def show(
    session: Session,
    chooser: DeltaGenerator,
    explore_place: st.Page | None,
    imports_place: st.Page | None,
) -> None:
    if not absence_cards.has(session, session.organisation.products, "products", imports_place):
        return
    voice = session.voice
    words = voice.words
    with chooser:
        known = bearings(session, None)
        week = filters.week(session, known.weeks)
    found = known if week is None else bearings(session, week)
    cards.headline(bearing_sentences.headline(voice, found))
    st.markdown(markup.escape(bearing_sentences.summary(voice, found)))

    if found.placed:
        chart(session, found)
    frame = bearing_tables.bearings(found.products, voice)
    telling = {"name": words.say("Product"), "heading": SIDES[CAP], "pace": SIDES[CADENCE]}
    with narrow.wide(frame, telling, "bearings", words):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "name": st.column_config.TextColumn(
                    words.say("Product"),
                    width=cards.name_width(each.name for each in found.products),
                ),
                "heading": st.column_config.TextColumn(SIDES[CAP]),
                "pace": st.column_config.TextColumn(SIDES[CADENCE]),
                "needs": st.column_config.TextColumn(words.say("Needs")),
                "people": st.column_config.TextColumn(words.say("PM and PO")),
            },
            height="content" if len(found.products) <= cards.PRODUCTS_LISTED else cards.LIST_HEIGHT,
            key="bearings",
            alt=words.say("Products with their scores of cap and of cadence"),
        )
    evidence(session, found, explore_place)


def chart(session: Session, found: Bearings) -> None:
    voice = session.voice
    words = voice.words
    with st.container(border=True, key="quadrant"):
        title = words.say("Up: cap, a clear heading. Across: cadence, a steady pace.")
        st.markdown(f"**{markup.escape(title)}**")
        colours = {each.product: session.colour(each.product) for each in found.products}
        cards.plot(
            bearing_charts.quadrant(found, voice, session.palette, colours),
            "quadrant_chart",
            f"{title} {bearing_sentences.summary(voice, found)}",
        )
        told = words.say("A score is the share of its known signs that are met.")
        unplaced = bearing_sentences.unplaced(voice, found)
        told = f"{told} {unplaced}" if unplaced else told
        st.caption(markup.escape(told))


def evidence(session: Session, found: Bearings, explore_place: st.Page | None) -> None:
    """One product's signs, each with what it rests on and its rule, and the advice."""
    words = session.voice.words
    st.subheader(words.say("The signs of a product"), anchor=False)
    chosen = filters.product(session)
    each = next((each for each in found.products if each.product.key == chosen), None)
    if each is None:  # the product is newer than the figures
        return
    with st.grid(2, min_column_width=420):
        signs(session, each, CAP, each.heading)
        signs(session, each, CADENCE, each.pace)
    st.markdown(f"**{markup.escape(words.say('PM and PO'))}**")
    st.markdown(markup.escape(bearing_sentences.advice(session.voice, each)))
    kpis = dict.fromkeys(s.kpi for s in (*each.heading.signs, *each.pace.signs) if s.kpi)
    if explore_place is None:
        return
    st.caption(words.say("Explore the figures behind the signs:"))
    with st.container(horizontal=True, gap="medium", key="evidence_links"):
        for kpi in kpis:
            if kpi in session.voice.catalogue:
                st.page_link(
                    explore_place,
                    label=markup.escape(session.voice.short_label(kpi)),
                    icon=":material/query_stats:",
                    query_params={"kpi": kpi, "by": "product"},
                )


def signs(session: Session, each: Bearing, side: str, found: Score) -> None:
    voice = session.voice
    words = voice.words
    with st.container(border=True, key=f"signs_{side}"):
        told = bearing_sentences.score(voice, found)
        st.markdown(f"**{SIDES[side]}** · {markup.escape(told)}")
        column = st.column_config
        frame = bearing_tables.signs(found.signs, voice)
        telling = {
            "sign": words.say("Sign"),
            "evidence": words.say("What it rests on"),
            "state": words.say("Status"),
        }
        with narrow.wide(frame, telling, f"signs_{side}", words):
            tables.show(
                frame,
                hide_index=True,
                column_config={
                    "state": column.TextColumn(words.say("Status"), width=95),
                    "sign": column.TextColumn(words.say("Sign"), width=140),
                    "evidence": column.TextColumn(words.say("What it rests on"), width=160),
                    "rule": column.TextColumn(words.say("Rule"), width=185),
                },
                row_height=cards.WRAPPING_ROW,
                height="content",
                key=f"signs_table_{side}",
                alt=words.say("Signs of {name}, each with its figure and rule", name=each.name),
            )
