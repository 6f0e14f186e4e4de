"""What a reader chooses, kept in the address of the page so that a link reopens the same view.

Streamlit writes a choice's label into the address, so labels are names and ISO weeks, the same in
every language; the first option, which is translated, is the default and never written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import TypeVar

import streamlit as st

from dashboard import definition_sentences
from dashboard.glossary import FAMILIES
from dashboard.markup import escape
from dashboard.session import COMPANY, Session
from dashboard.side_sentences import SIDES
from dashboard.translation import LANGUAGES, Translation, language_of
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Family, Text
from metrics.format import alphabetical
from metrics.pages.portfolio import Plans
from metrics.pages.product_sides import CAP
from metrics.result import Scope

LATEST = "latest"
ALL = "all"
UNDATED = "undated"
FIRST_EXPLORED = "mrr"
SPANS = (6, 12, 24)  # months
DAYS_A_MONTH = 30.4375
#: Where the session keeps which page is shown.
PLACE = "place"
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


def tell_unknown(words: Translation, key: str, title: str, known: Collection[str]) -> None:
    """Say that the address asks for what there is not; the filter then shows its first choice."""
    asked = st.query_params.get(key)
    if asked and asked not in known:
        told = words.say(
            "{filter}: there is no “{name}” here. Choose another.", filter=title, name=asked
        )
        st.toast(escape(told), icon=":material/link_off:", duration="long")


def week(session: Session, weeks: tuple[Period, ...]) -> str | None:
    """The week to review; None while it is the latest, whichever that becomes."""
    words = session.voice.words
    options = [LATEST, *(period.key for period in weeks)]
    tell_unknown(words, "week", words.say("Week"), options)
    chosen = addressed(
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


def scope(session: Session) -> Scope:
    """The company, or one line, product, squad or role owner."""
    labels = scope_labels(session)
    tell_unknown(session.voice.words, "scope", session.voice.words.say("Scope"), labels.values())
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
    asked = st.query_params.get("week")
    followed = asked != st.session_state.get("week_seen")
    key = (asked if followed else st.session_state.get(choice("week"))) or LATEST
    day = session.today - timedelta(7)
    if found := re.fullmatch(r"(\d{4})-W(\d\d)", key):
        with suppress(ValueError):  # a week that its year lacks
            day = date.fromisocalendar(int(found[1]), int(found[2]), 4)
    return session.calendar.period(Grain.WEEK, day).start


def product(session: Session) -> str:
    """The product of the product page; the first by name until another is chosen."""
    every = {item.product: item.name for item in session.organisation.products}
    names = _offered(session, "product", every, lambda key: Scope("product", key)) or every
    tell_unknown(session.voice.words, "product", session.voice.words.say("Product"), names.values())
    chosen = st.selectbox(
        session.voice.words.say("Product"),
        sorted(names, key=lambda key: alphabetical(names[key])),
        format_func=lambda key: names[key],
        key="product",
        bind="query-params",
        label_visibility="collapsed",
        width=260,
    )
    return str(chosen)


def squad(session: Session) -> str:
    """The squad of the squad page; the first by name until another is chosen."""
    every = {item.squad: item.name for item in session.organisation.squads}
    names = _offered(session, "squad", every, lambda key: Scope("squad", key)) or every
    tell_unknown(session.voice.words, "squad", session.voice.words.say("Squad"), names.values())
    chosen = st.selectbox(
        session.voice.words.say("Squad"),
        sorted(names, key=lambda key: alphabetical(names[key])),
        format_func=lambda key: names[key],
        key="squad",
        bind="query-params",
        label_visibility="collapsed",
        width=260,
    )
    return str(chosen)


def owner(session: Session) -> str:
    """The role owner of their page (`PM:c-morel`), as it stands in the address; a PM at first."""
    names = session.voice.names
    owners = sorted(
        (scope for scope in names if scope.kind == "owner"),
        key=lambda scope: alphabetical(names[scope]),
    )
    keys = [scope.key for scope in owners]
    words = session.voice.words
    tell_unknown(words, "owner", words.say("Role owner"), keys)
    return addressed(
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
    chosen = addressed(
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


def kpis(session: Session, choices: list[str], start: list[str], key: str = "kpis") -> list[str]:
    """The KPIs to chart, four at most; in the address as `key`, which pages that chart others at
    first do not share."""
    return st.multiselect(
        session.voice.words.say("KPIs charted"),
        choices,
        default=start,
        format_func=session.voice.label,
        max_selections=4,
        key=key,
        bind="query-params",
    )


def kpi_or_all(session: Session, labels: Mapping[str, Text]) -> str:
    """One KPI by name, or ALL, which stands first."""
    words = session.voice.words
    tell_unknown(words, "kpi", words.say("KPI"), (ALL, *labels))
    options = [ALL, *sorted(labels, key=lambda name: alphabetical(labels[name][words.language]))]
    return addressed(
        words.say("KPI"),
        "kpi",
        options,
        lambda name: words.say("All KPIs") if name == ALL else labels[name][words.language],
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
    chosen = addressed(
        words.say("Family"),
        "family",
        [ALL, *(str(each) for each in Family)],
        lambda key: words.say("All families") if key == ALL else words.say(FAMILIES[key]),
        width=260,
    )
    return None if chosen == ALL else Family(chosen)


def kpi(session: Session) -> str:
    """The KPI to explore, by name; recurring revenue until another is chosen."""
    voice = session.voice
    names = sorted(
        (each.name for each in voice.catalogue), key=lambda name: alphabetical(voice.label(name))
    )
    tell_unknown(voice.words, "kpi", voice.words.say("KPI"), names)
    return addressed(
        voice.words.say("KPI"), "kpi", names, voice.label, default=FIRST_EXPLORED, width=320
    )


def cut(session: Session, choices: Sequence[str]) -> str:
    """The kind of scope or the dimension to look at a KPI by."""
    return addressed(
        session.voice.words.say("By"),
        "by",
        choices,
        lambda key: definition_sentences.cut(session.voice, key),
        width=190,
    )


def grain(session: Session, own: Grain) -> Grain:
    """The length of a period; the KPI's own cadence until another is chosen."""
    return Grain(
        addressed(
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
    chosen = addressed(
        words.say("Span"),
        "span",
        [*map(str, SPANS), ALL],
        lambda key: (
            words.say("everything")
            if key == ALL
            else words.count("last {n} month", "last {n} months", int(key))
        ),
        default=str(SPANS[1]),
        width=170,
    )
    return None if chosen == ALL else int(chosen)


def looking_back_to(session: Session) -> date | None:
    """The day from which on to look; None for everything there is."""
    months = months_back(session)
    if months is None:
        return None
    return session.today - timedelta(round(months * DAYS_A_MONTH))


def addressed(
    title: str,
    name: str,
    options: Sequence[str],
    label: Callable[[str], str],
    *,
    default: str | None = None,
    width: int = 200,
    carried: bool = False,
) -> str:
    """A choice whose key, the same in every language, stands in the address as `name`.

    Streamlit would write the label, which a reader of the other language cannot open. The address
    is followed when it changes, by a link or the back button; else the widget is. The default, the
    first option unless another is given, is never written. What is `carried` goes along to another
    page, whose address says nothing of it yet.
    """
    asked, widget, seen = st.query_params.get(name), choice(name), f"{name}_seen"
    start = default if default in options else options[0]
    arrived = carried and _arrived(name)
    wanted = st.session_state.get(seen) if arrived and asked is None else asked
    known = wanted if wanted in options else start
    moved = arrived or asked != st.session_state.get(seen)
    if moved or st.session_state.get(widget) not in options:
        st.session_state[widget] = known
    chosen = str(
        st.selectbox(
            title, options, format_func=label, key=widget, label_visibility="collapsed", width=width
        )
    )
    written = None if chosen == start else chosen
    if written != asked:
        if written is None:
            del st.query_params[name]
        else:
            st.query_params[name] = written
    st.session_state[seen] = written
    return chosen


def _arrived(name: str) -> bool:
    """Whether the reader comes from another page, as `name` was asked for there."""
    here, at = st.session_state.get(PLACE), f"{name}_place"
    before = st.session_state.get(at, here)
    st.session_state[at] = here
    return bool(before != here)


def series(session: Session, names: Mapping[str, str], most: int, at_first: int) -> list[str]:
    """Which of several series are shown, by key: the first ones until others are chosen. Their keys
    stand in the address, as `addressed` keeps one."""
    asked, widget, seen = st.query_params.get_all("shown"), choice("shown"), "shown_seen"
    start = list(names)[:at_first]
    known = [key for key in asked if key in names][:most] or start
    moved = (asked, start) != st.session_state.get(seen)  # another KPI has other first ones
    if moved or not set(st.session_state.get(widget, [""])) <= set(names):
        st.session_state[widget] = known
    chosen = st.multiselect(
        session.voice.words.say("Shown"),
        list(names),
        format_func=names.__getitem__,
        max_selections=most,
        key=widget,
    )
    written = [] if chosen == start else chosen
    if written != asked:
        st.query_params["shown"] = written
    st.session_state[seen] = (written, start)
    return chosen


def closer(session: Session, titles: Mapping[str, str]) -> str | None:
    """One of the things that can be looked at closer; None until one is chosen. Its key stands in
    the address, as `addressed` keeps it."""
    asked, widget, seen = st.query_params.get("closer"), choice("closer"), "closer_seen"
    if asked != st.session_state.get(seen):
        st.session_state[widget] = asked if asked in titles else None
    chosen = st.pills(
        session.voice.words.say("Look closer"),
        list(titles),
        format_func=titles.__getitem__,
        key=widget,
        label_visibility="collapsed",
    )
    if chosen is None:
        st.query_params.pop("closer", None)
    elif chosen != asked:
        st.query_params["closer"] = chosen
    st.session_state[seen] = chosen
    return chosen


def choice(name: str) -> str:
    """Where the session keeps what was chosen for `name` of the address."""
    return f"{name}_choice"
