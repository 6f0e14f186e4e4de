"""A role owner: everything a person answers for in one role."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    cards,
    filters,
    markup,
    meeting_cards,
    owner_sentences,
    reading_cards,
    side_cards,
)
from dashboard.answers import owner_page, review
from dashboard.session import Session
from metrics.pages.owner import OwnerPage, answered_for

HEADLINE_KPIS = 5


def show(
    session: Session,
    chooser: DeltaGenerator,
    product_place: st.Page | None,
    squad_place: st.Page | None,
    explore_place: st.Page | None,
    imports_place: st.Page | None,
) -> None:
    if not absence_cards.has(session, session.organisation.ownerships, "ownerships", imports_place):
        return
    voice = session.voice
    words = voice.words
    with chooser:
        owner = filters.owner(session)
        known = owner_page(session, owner, None)
        week = filters.week(session, known.weeks)
    found = known if week is None else owner_page(session, owner, week)
    cards.headline(owner_sentences.headline(voice, found))
    st.markdown(markup.facts(owner_sentences.identity(voice, found)))
    st.caption(
        markup.escape(words.say("Seen by this person, those who manage them and the CPO only."))
    )
    absence_cards.broken(session)

    watched = [
        reading
        for cell in found.families
        for reading in cell.readings
        if voice.catalogue[reading.kpi].review
        and reading.figure
        and reading.figure.value is not None
    ]
    cards.headline_kpis(session, watched[:HEADLINE_KPIS])

    told = review(session, week, found.scope)
    own = answered_for(told.subjects, found, voice.catalogue)
    for index, subject in enumerate(own):
        meeting_cards.subject(
            session, subject, f"subject_{index}", period=told.week.key,
            places={"product": product_place, "squad": squad_place}, explore_place=explore_place,
        )  # fmt: skip

    st.subheader(words.say("Open decisions"), anchor=False)
    if not found.decisions:
        st.caption(markup.escape(words.say("No open decision on what this role answers for.")))
    for held in found.decisions:
        meeting_cards.held(session, owner_sentences.decision(voice, held), held)

    st.subheader(words.say("Targets and pace"), anchor=False)
    if found.outlooks:
        side_cards.outlooks(session, found.outlooks, scopes=True)
    else:
        st.caption(markup.escape(words.say("No target or budget holds for what this role holds.")))

    st.subheader(words.say("Figures by family"), anchor=False)
    if any(cell.readings for cell in found.families):
        reading_cards.watched_families(session, found.families, "owner_families")
    else:
        st.caption(markup.escape(words.say("No figure is published for this role.")))
    history(session, found)


def history(session: Session, found: OwnerPage) -> None:
    """Since when what was held, and the revenue that came or went with it."""
    voice = session.voice
    st.subheader(voice.words.say("The role over time"), anchor=False)
    for held in found.held:
        st.markdown(f"- {markup.escape(owner_sentences.held(voice, held))}")
    for figure in found.transferred:
        st.markdown(f"- {markup.escape(owner_sentences.transferred(voice, figure))}")
