"""One product: who answers for it, where it stands in each family, what to talk about."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cards, filters, sentences
from dashboard.session import Session, product_page
from metrics.result import Scope
from metrics.review import ProductPage, Reading

ROLES = ("PM", "PO")
CHARTED_AT_FIRST = 2


def show(session: Session, chooser: DeltaGenerator, imports_place: st.Page | None) -> None:
    if session.is_empty or not session.organisation.products:
        cards.empty(session, imports_place)
        return
    voice = session.voice
    words = voice.words

    with chooser:
        product = filters.product(session)
        known = product_page(session, product, None)
        week = filters.week(session, known.weeks)
    facts = known if week is None else product_page(session, product, week)

    cards.headline(f"{facts.name} · {voice.format.week(facts.week)}")
    identity(session, facts)

    for index, subject in enumerate(facts.subjects):
        cards.subject(session, subject, f"subject_{index}", None)
    if not facts.subjects:
        st.markdown(cards.escape(words.say("Nothing out of the ordinary this week.")))
    cards.missing(session, facts.missing)
    cards.broken(session)

    st.subheader(words.say("Figures by family"), anchor=False)
    families(session, facts)

    st.subheader(words.say("Six weeks, twelve months"), anchor=False)
    trends(session, facts, week)


def identity(session: Session, facts: ProductPage) -> None:
    """Who holds which role since when, the squads, the stage and the vision in one sentence."""
    voice = session.voice
    words = voice.words
    if facts.vision:
        st.markdown(f"*{cards.escape(facts.vision)}*")
    parts = []
    for role in ROLES:
        holders = [
            sentences.held_since(voice, person, session.today)
            for person in facts.owners
            if person.role == role
        ]
        told = ", ".join(holders) or words.say("vacant")
        parts.append(f"**{sentences.role(voice, role)}**&nbsp;{cards.escape(told)}")
    launched = voice.format.date(facts.launched) if facts.launched else ""
    for title, told in (
        (words.say("Squads"), ", ".join(name for _, name, _ in facts.squads)),
        (words.say("Stage"), sentences.stage(voice, facts.stage or "")),
        (words.say("Line"), facts.line or ""),
        (words.say("Launched"), launched),
    ):
        if told:
            parts.append(f"**{title.replace(' ', '&nbsp;')}**&nbsp;{cards.escape(told)}")
    st.markdown("&nbsp; · ".join(parts))


def families(session: Session, facts: ProductPage) -> None:
    """What is watched or stands out; the rest, which is as usual, is one click away."""
    catalogue = session.voice.catalogue
    shown, folded = [], []
    for cell in facts.families:
        quiet = [
            reading
            for reading in cell.readings
            if reading.status == "steady" and not catalogue[reading.kpi].review
        ]
        folded.append(replace(cell, readings=tuple(quiet)))
        shown.append(replace(cell, readings=tuple(r for r in cell.readings if r not in quiet)))
    cards.families_table(session, shown, "families")
    count = sum(len(cell.readings) for cell in folded)
    if not count:
        return
    title = session.voice.words.count(
        "Nothing to see: {n} figure within its usual range",
        "Nothing to see: {n} figures within their usual range",
        count,
    )
    rest = st.expander(title, key="quiet", on_change="rerun")
    if rest.open:
        with rest:
            cards.families_table(session, folded, "quiet_families")


@st.fragment(key="product_trends")
def trends(session: Session, facts: ProductPage, week: str | None) -> None:
    found: list[Reading] = [reading for cell in facts.families for reading in cell.readings]
    led_by = [subject.reading.kpi for subject in facts.subjects]
    scope = Scope("product", facts.product)
    known = [reading for reading in found if reading.scope == scope and reading.figure]
    known.sort(key=lambda reading: reading.status == "no_data")
    choices = list(dict.fromkeys(reading.kpi for reading in known))
    start = list(dict.fromkeys(kpi for kpi in (*led_by, *choices) if kpi in choices))
    chosen = filters.kpis(session, choices, start[:CHARTED_AT_FIRST])
    with st.grid(2, min_column_width=420):
        for kpi in chosen:
            cards.chart(session, kpi, scope, week)
