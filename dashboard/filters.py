"""What a reader chooses on pages of figures: whose they are, of which week, how to look.

Names of scopes are the same in every language, so Streamlit may keep those in the address itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import TypeVar

import streamlit as st

from dashboard import address
from dashboard.session import COMPANY, Session
from dashboard.side_sentences import SIDES
from dashboard.translation import LANGUAGES, language_of
from metrics.calendar import Grain, Period
from metrics.format import alphabetical
from metrics.pages.portfolio import Plans
from metrics.pages.product_sides import CAP
from metrics.result import Scope

LATEST = "latest"
UNDATED = "undated"
MOST_CHARTED = 4
Choice = TypeVar("Choice", bound=Hashable)
SCOPE_ORDER = ("line", "product", "squad", "owner")


def language() -> str:
    """The interface's language: the one chosen, else the browser's."""
    chosen = st.segmented_control(
        "Langue / Language",
        LANGUAGES,
        default=language_of(st.context.locale),
        format_func=str.upper,
        required=True,
        key="lang",
        bind="query-params",
        label_visibility="collapsed",
    )
    return str(chosen)


def week(session: Session, weeks: tuple[Period, ...]) -> str | None:
    """The week to review; None while it is the latest, whichever that becomes."""
    words = session.voice.words
    options = [LATEST, *(period.key for period in weeks)]
    address.tell_unknown(words, "week", words.say("Week"), options)
    chosen = address.one(
        words.say("Week"),
        "week",
        options,
        lambda key: words.say("Latest closed week") if key == LATEST else key,
        width=210,
        carried=True,
    )
    return None if chosen == LATEST else chosen


def meeting(session: Session) -> bool:
    """Whether the review is held on a screen that everybody looks at."""
    return bool(
        st.toggle(
            session.voice.words.say("Meeting"),
            key="meeting",
            bind="query-params",
            help=session.voice.words.say("One topic a screen, in large type; ← and → turn over."),
        )
    )


def scope(session: Session) -> Scope:
    """The company, or one line, product, squad or role owner."""
    labels = scope_labels(session)
    address.tell_unknown(
        session.voice.words, "scope", session.voice.words.say("Scope"), labels.values()
    )
    chosen = st.selectbox(
        session.voice.words.say("Scope"),
        list(labels),
        format_func=lambda option: labels[option],
        key="scope",
        bind="query-params",
        label_visibility="collapsed",
        width=260,
    )
    return chosen if isinstance(chosen, Scope) else COMPANY


def scope_labels(session: Session) -> dict[Scope, str]:
    """Every scope with its name, the company first; the kind is added where two share a name."""
    names = session.voice.names
    ordered = [COMPANY] + [
        found
        for kind in SCOPE_ORDER
        for found in sorted(names, key=lambda scope: alphabetical(names[scope]))
        if found.kind == kind
    ]  # fmt: skip
    shown: dict[Scope, str] = {}
    for found in ordered:
        name = names[found]
        shown[found] = f"{name} [{found.kind}]" if name in shown.values() else name
    return _offered(session, "scope", shown, lambda scope: scope)


def _offered(
    session: Session, key: str, names: Mapping[Choice, str], scope_of: Callable[[Choice], Scope]
) -> dict[Choice, str]:
    """The choices of a filter without the products and squads that had ended before the week that
    is looked at; the one that the address names stays."""
    day, named = _day_looked_at(session), st.query_params.get(key)
    return {
        choice: name
        for choice, name in names.items()
        if name == named or not session.organisation.had_ended(*scope_of(choice), day)
    }


def _day_looked_at(session: Session) -> date:
    """The first day of the week in the address, else of the last one that has ended."""
    day = session.today - timedelta(7)
    if found := re.fullmatch(r"(\d{4})-W(\d\d)", address.chosen_before("week") or LATEST):
        with suppress(ValueError):  # a week that its year lacks
            day = date.fromisocalendar(int(found[1]), int(found[2]), 4)
    return session.calendar.period(Grain.WEEK, day).start


def product(session: Session) -> str:
    """The product of the product page; the first by name until another is chosen."""
    every = {item.product: item.name for item in session.organisation.products}
    return _one_of(session, "product", session.voice.words.say("Product"), every)


def squad(session: Session) -> str:
    """The squad of the squad page; the first by name until another is chosen."""
    every = {item.squad: item.name for item in session.organisation.squads}
    return _one_of(session, "squad", session.voice.words.say("Squad"), every)


def _one_of(session: Session, kind: str, title: str, every: Mapping[str, str]) -> str:
    """One scope of a kind, by its key, in the order of the alphabet."""
    names = _offered(session, kind, every, lambda key: Scope(kind, key)) or every
    ordered = sorted(names.items(), key=lambda each: alphabetical(each[1]))
    return _named(session, kind, title, dict(ordered))


def _named(session: Session, name: str, title: str, names: Mapping[Choice, str]) -> Choice:
    """A choice that stands in the address as `name`, by what it is called."""
    address.tell_unknown(session.voice.words, name, title, names.values())
    return st.selectbox(
        title,
        list(names),
        format_func=names.__getitem__,
        key=name,
        bind="query-params",
        label_visibility="collapsed",
        width=260,
    )


def owner(session: Session) -> str:
    """The role owner of their page (`PM:c-morel`), as it stands in the address; a PM at first."""
    names = session.voice.names
    owners = sorted(
        (scope for scope in names if scope.kind == "owner"),
        key=lambda scope: alphabetical(names[scope]),
    )
    keys = [scope.key for scope in owners]
    words = session.voice.words
    address.tell_unknown(words, "owner", words.say("Role owner"), keys)
    return address.one(
        session.voice.words.say("Role owner"),
        "owner",
        keys,
        lambda key: names[Scope("owner", key)],
        default=next((key for key in keys if key.startswith("PM:")), None),
        width=300,
    )


def quarter(session: Session, found: Plans) -> str | None:
    """A quarter of the roadmap; None while it is the present one, whichever that becomes."""
    voice = session.voice
    names = {each.key: voice.format.period(each) for each in found.quarters}
    if found.undated:
        names[UNDATED] = voice.words.say("no date")
    chosen = address.one(
        voice.words.say("Quarter"),
        "quarter",
        list(names),
        names.__getitem__,
        default=found.quarter,
        width=190,
    )
    return None if chosen == found.quarter else "" if chosen == UNDATED else chosen


def side(session: Session) -> str:
    """The side of a product's page; its names are the same in both languages."""
    words = session.voice.words
    return str(
        st.segmented_control(
            words.say("Side"),
            list(SIDES),
            default=CAP,
            format_func=SIDES.__getitem__,
            required=True,
            key="side",
            bind="query-params",
            label_visibility="collapsed",
        )
    )


def kpis(
    session: Session, choices: Sequence[str], start: Sequence[str], name: str = "kpis"
) -> list[str]:
    """The KPIs to chart, a few at most; in the address as `name`, which pages that chart others at
    first do not share."""
    titles = {kpi: session.voice.label(kpi) for kpi in choices}
    title = session.voice.words.say("KPIs charted")
    return address.several(title, name, titles, start, most=MOST_CHARTED)


def closer(session: Session, titles: Mapping[str, str]) -> str | None:
    """One of the things that can be looked at closer; None until one is chosen."""
    return address.one_or_none(session.voice.words.say("Look closer"), "closer", titles)
