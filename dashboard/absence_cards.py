"""What a page says where there is nothing to show, and what would bring it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import absence_sentences, belonging_cards, cards
from dashboard.glossary import MARKS
from dashboard.markup import escape
from dashboard.session import Session
from metrics.pages.review_facts import MissingData

#: Lines of what is missing; the page Coverage tells more.
MOST_TOLD = 6


def missing(session: Session, facts: Sequence[MissingData], most: int = MOST_TOLD) -> None:
    """Data that should be there and are not, a line for what is missing alike."""
    voice = session.voice
    groups = absence_sentences.alike(voice, facts)
    for group in groups[:most]:
        told = absence_sentences.missing(voice, group, session.today)
        st.markdown(f"{MARKS['no_data']} {escape(told)}")
    if (more := len(groups) - most) > 0:
        st.caption(escape(voice.words.count("and {n} more", "and {n} more", more)))


def broken(session: Session) -> None:
    """A quiet line where definitions are left out; nothing when all are whole."""
    if session.broken:
        st.caption(escape(absence_sentences.broken(session.voice, session.broken)))


def empty(session: Session, imports_place: st.Page | None) -> None:
    """A workspace without a figure: what to bring, or to say of what was brought, and where."""
    words = session.voice.words
    if session.has_imports and not session.only_organisation:
        unplaced(session, imports_place)
        return
    cards.headline(
        words.say("Products, squads and people are known; no data are loaded yet.")
        if session.only_organisation
        else words.say("Nothing imported yet.")
    )
    first_files(session)
    if imports_place is not None:
        st.page_link(imports_place, label=words.say("Import files"), icon=":material/upload_file:")


def first_files(session: Session) -> None:
    """What to import first, and what else there is to bring, a line each."""
    words = session.voice.words
    st.markdown(
        escape(
            words.say(
                "Start with one export of a tool you already use, and say which product or squad "
                "each name in it stands for. All pages are made from what you bring:"
            )
        )
    )
    lines = (absence_sentences.to_bring(session.voice, each) for each in absence_sentences.EMPTY)
    st.markdown("\n".join(f"- {escape(line)}" for line in lines))


def unplaced(session: Session, imports_place: st.Page | None) -> None:
    """Files were loaded, but no row is known to be of a product or a squad."""
    words = session.voice.words
    cards.headline(words.say("Files are loaded, but there is no figure yet."))
    told = words.say("Figures are of products and squads, and nobody has said whose the rows are.")
    if session.organisation.products or session.organisation.squads:
        step = words.say("On the page Imports, under the names that tools use, say it once.")
    else:
        step = words.say(
            "On the page Imports, under the names that tools use, say whom each stands for; “a new "
            "product” or “a new squad” makes one. Nothing has to be imported again."
        )
    st.markdown(escape(f"{told} {step}"))
    belonging_cards.waiting(session, imports_place)
    if imports_place is not None:
        st.page_link(imports_place, label=words.say("Imports"), icon=":material/upload_file:")


def has(
    session: Session, known: Sequence[object], what: str, imports_place: st.Page | None
) -> bool:
    """Whether there is anything for a page to be about; where not, it says what to import."""
    if session.is_empty:
        empty(session, imports_place)
        return False
    if known:
        return True
    words = session.voice.words
    cards.headline(words.say(absence_sentences.NOBODY[what]))
    st.markdown(escape(words.say(absence_sentences.BRING[what])))
    if imports_place is not None:
        st.page_link(imports_place, label=words.say("Import files"), icon=":material/upload_file:")
    return False
