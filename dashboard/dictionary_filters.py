"""What a reader looks up in the dictionary: one KPI, or those of a family or with a word."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import address
from dashboard.glossary import FAMILIES
from dashboard.session import Session
from metrics.catalogue.kpi import Family, Text
from metrics.format import alphabetical


def kpi_or_all(session: Session, labels: Mapping[str, Text]) -> str:
    """One KPI by name, or address.ALL, which stands first."""
    words = session.voice.words
    address.tell_unknown(words, "kpi", words.say("KPI"), (address.ALL, *labels))
    names = sorted(labels, key=lambda name: alphabetical(labels[name][words.language]))
    return address.one(
        words.say("KPI"),
        "kpi",
        [address.ALL, *names],
        lambda name: words.say("All KPIs") if name == address.ALL else labels[name][words.language],
        width=340,
    )


def search_text(session: Session) -> str:
    """What is looked for in names and meanings; empty for everything."""
    words = session.voice.words
    return (
        st.text_input(
            words.say("Search"),
            placeholder=words.say("Search a KPI by name or meaning"),
            icon=":material/search:",
            key="q",
            bind="query-params",
            label_visibility="collapsed",
            width=340,
        )
        or ""
    )


def family(session: Session) -> Family | None:
    """One family of KPIs; None for all of them."""
    words = session.voice.words
    chosen = address.one(
        words.say("Family"),
        "family",
        [address.ALL, *(str(each) for each in Family)],
        lambda key: words.say("All families") if key == address.ALL else words.say(FAMILIES[key]),
        width=260,
    )
    return None if chosen == address.ALL else Family(chosen)
