"""What the small windows share: the person named, the button, the writing.

What is written goes into the register and the page is drawn again; a refusal stays in the window,
so that nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import cards, meeting_sentences
from dashboard.session import Session, write
from metrics.errors import VigieError
from metrics.pages.review_facts import Person
from metrics.result import Scope


def person(
    session: Session,
    title: str,
    key: str,
    owners: Sequence[Person],
    held: str | None,
    nobody: str | None = None,
) -> str:
    """A person of the organisation by name, those who answer for it first; '' for `nobody`."""
    first = list(dict.fromkeys(owner.key for owner in owners))
    known = sorted(
        (each.person for each in session.organisation.people),
        key=lambda person: meeting_sentences.person(session.voice, person).casefold(),
    )
    options = list(dict.fromkeys([*first, "", *known, *([held] if held else [])]))
    nobody = nobody or session.voice.words.say("nobody named")
    start = held if held is not None else (first[0] if first else "")
    chosen = st.selectbox(
        title,
        options,
        options.index(start),
        format_func=lambda person: (
            meeting_sentences.person(session.voice, person) if person else nobody
        ),
        key=key,
    )
    return chosen or ""


def at(kpi: str, scope: Scope, number: int | None = None) -> str:
    return f"{kpi}_{scope.kind}_{scope.key}_{number or 0}"


def pressed(session: Session, label: str) -> bool:
    return bool(st.form_submit_button(label, type="primary", key="pressed"))


def say(session: Session, saying: Callable[..., Any], *place: Any, **said: Any) -> None:
    """Write it and draw the page again; a refusal stays where it was met."""
    try:
        write(session, saying, *place, **said)
    except VigieError as refused:
        cards.refusal(refused, session.voice.words)
        return
    st.rerun()
