"""What a reader asks in Explore: which KPI, cut how, over which periods, drawn how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import streamlit as st

from dashboard import address, definition_sentences
from dashboard.session import Session
from metrics.calendar import Grain
from metrics.format import alphabetical

FIRST_EXPLORED = "mrr"
SPANS = (6, 12, 24)  # months
DAYS_A_MONTH = 30.4375


def zoom(session: Session) -> bool:
    """Whether Explore's lines are drawn to be zoomed into."""
    words = session.voice.words
    return bool(
        st.toggle(
            words.say("Zoom"),
            key="zoom",
            bind="query-params",
            help=words.say("Drag over a span to see it alone; double-click to see all of it."),
        )
    )


def kpi(session: Session) -> str:
    """The KPI to explore, by name; recurring revenue until another is chosen."""
    voice = session.voice
    names = sorted(
        (each.name for each in voice.catalogue), key=lambda name: alphabetical(voice.label(name))
    )
    address.tell_unknown(voice.words, "kpi", voice.words.say("KPI"), names)
    return address.one(
        voice.words.say("KPI"), "kpi", names, voice.label, default=FIRST_EXPLORED, width=320
    )


def cut(session: Session, choices: Sequence[str]) -> str:
    """The kind of scope or the dimension to look at a KPI by."""
    return address.one(
        session.voice.words.say("By"),
        "by",
        choices,
        lambda key: definition_sentences.cut(session.voice, key),
        width=190,
    )


def grain(session: Session, own: Grain) -> Grain:
    """The length of a period; the KPI's own cadence until another is chosen."""
    return Grain(
        address.one(
            session.voice.words.say("Period"),
            "grain",
            [str(each) for each in Grain],
            lambda key: definition_sentences.per(session.voice, Grain(key)),
            default=str(own),
            width=190,
        )
    )


def months_back(session: Session) -> int | None:
    """How many months to look back; None for everything there is."""
    words = session.voice.words
    chosen = address.one(
        words.say("Span"),
        "span",
        [*map(str, SPANS), address.ALL],
        lambda key: (
            words.say("everything")
            if key == address.ALL
            else words.count("last {n} month", "last {n} months", int(key))
        ),
        default=str(SPANS[1]),
        width=170,
    )
    return None if chosen == address.ALL else int(chosen)


def looking_back_to(session: Session) -> date | None:
    """The day from which on to look; None for everything there is."""
    months = months_back(session)
    if months is None:
        return None
    return session.today - timedelta(round(months * DAYS_A_MONTH))


def series(session: Session, names: Mapping[str, str], most: int, at_first: int) -> list[str]:
    """Which of several series are shown, by key: the first ones until others are chosen."""
    title = session.voice.words.say("Shown")
    return address.several(title, "shown", names, list(names)[:at_first], most=most)
