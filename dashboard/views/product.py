"""One product: who answers for it, where it stands in each family, what to talk about."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    absence_sentences,
    cap_cards,
    cards,
    filters,
    markup,
    meeting_cards,
    plan_cards,
    reading_cards,
    sentences,
    side_cards,
    side_sentences,
)
from dashboard.answers import agenda, cadence_side, cap_side, plans, product_page
from dashboard.session import Session
from metrics.pages.product_sides import CADENCE, CAP, FAMILIES_OF, CapSide
from metrics.pages.review_facts import ProductPage, ScorecardCell
from metrics.reading import Reading
from metrics.result import Scope

ROLES = ("PM", "PO")
CHARTED_AT_FIRST = 2
NORTH_STAR_CARDS = 5  # the North Star and what moves it


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
        product = filters.product(session)
        known = product_page(session, product, None)
        week = filters.week(session, known.weeks)
    facts = known if week is None else product_page(session, product, week)

    cards.headline(f"{facts.name} · {voice.format.week(facts.week)}")
    identity(session, facts)

    side = filters.side(session)
    subjects(session, facts, side, explore_place)
    decisions(session, facts, week is None)
    absence_cards.missing(session, facts.missing)
    absence_cards.broken(session)
    if side == CAP:
        cap(session, facts, week)
    else:
        cadence(session, facts, week, explore_place)

    st.subheader(words.say("Figures by family"), anchor=False)
    reading_cards.watched_families(session, of_side(facts, side), "families")

    st.subheader(words.say("Six weeks, twelve months"), anchor=False)
    trends(session, facts, week, side)


def subjects(
    session: Session, facts: ProductPage, side: str, explore_place: st.Page | None
) -> None:
    """What to talk about on this side, and how much there is on the other."""
    catalogue = session.voice.catalogue
    own = [s for s in facts.subjects if catalogue[s.reading.kpi].family in FAMILIES_OF[side]]
    for index, subject in enumerate(own):
        meeting_cards.subject(
            session, subject, f"subject_{index}", period=facts.week.key, explore_place=explore_place
        )
    if not facts.subjects:
        told = session.voice.words.say("Nothing out of the ordinary this week.")
        st.markdown(markup.escape(told))
    elif len(own) < len(facts.subjects):
        other = CADENCE if side == CAP else CAP
        more = len(facts.subjects) - len(own)
        st.caption(markup.escape(side_sentences.elsewhere(session.voice, more, other)))


def decisions(session: Session, facts: ProductPage, latest: bool) -> None:
    """What is decided of the product and its squads, and a way to decide more."""
    scopes = (
        Scope("product", facts.product),
        *(Scope("squad", squad) for squad, _, _ in facts.squads),
    )
    held = agenda(session, facts.week, latest, scopes)
    if held.due or held.later:
        st.subheader(session.voice.words.say("Open decisions"), anchor=False)
    meeting_cards.of_scope(session, held, scopes[0])
    meeting_cards.muted(session, facts.muted)


def cap(session: Session, facts: ProductPage, week: str | None) -> None:
    """Where the product is heading: North Star, pace, users kept and won, revenue."""
    voice = session.voice
    words = voice.words
    found = cap_side(session, facts.product, week)
    if found.north_star is None:
        st.caption(markup.escape(side_sentences.no_north_star(voice)))
    else:
        st.subheader(markup.escape(side_sentences.moved_by(voice, found)), anchor=False)
        cards.headline_kpis(session, [found.north_star, *found.inputs], columns=NORTH_STAR_CARDS)
    aims = plans(session, week, None).results
    own = [each for each in aims if each.planned.product == facts.product]
    plan_cards.objectives(session, own, facts.product)
    if found.outlooks:
        st.subheader(words.say("Pace"), anchor=False)
        side_cards.outlooks(session, found.outlooks)
    with st.grid(2, min_column_width=420):
        side_cards.retention(session, found.usage.retention, facts.product)
        side_cards.bridge(session, found.bridge)
    side_cards.funnel(session, found.usage)
    side_cards.scores(session, [r for cell in of_side(facts, CAP) for r in cell.readings])
    if found.themes is not None:
        side_cards.themes(session, found.themes, found.theme_labels, facts.product)
    closer(session, found, facts)


def closer(session: Session, found: CapSide, facts: ProductPage) -> None:
    """What is one click away, one at a time: who came and went, what they use, what it earns; and,
    asked of the facts when it is chosen, who may leave, the market, what users said."""
    words = session.voice.words
    product, until = facts.product, facts.week.end
    parts: dict[str, tuple[str, Callable[[], None]]] = {}
    draw: Callable[[], None]
    if found.lifecycle:
        draw = partial(side_cards.lifecycle, session, found.lifecycle)
        parts["lifecycle"] = (words.say("Users kept, back, new and lost"), draw)
    if found.features is not None:
        draw = partial(side_cards.features, session, found.features, product)
        parts["features"] = (words.say("Features"), draw)
    if found.earnings is not None:
        draw = partial(side_cards.earnings, session, found.earnings)
        parts["earnings"] = (words.say("From revenue to result"), draw)
    for name, title, asked in (
        ("accounts", words.say("Accounts at risk"), cap_cards.accounts),
        ("market", words.say("Market share and win rate"), cap_cards.market),
        ("discoveries", words.say("Discoveries"), cap_cards.heard),
    ):
        parts[name] = (title, partial(asked, session, product, until))
    st.subheader(words.say("Look closer"), anchor=False)
    chosen = filters.closer(session, {name: title for name, (title, _) in parts.items()})
    if chosen is not None:
        with st.container(border=True, key=f"closer_{chosen}"):
            title, draw = parts[chosen]
            st.markdown(f"**{markup.escape(title)}**")
            draw()


def cadence(
    session: Session, facts: ProductPage, week: str | None, explore_place: st.Page | None
) -> None:
    """How steadily its squads deliver: say/do by sprint, then each squad's figures."""
    voice = session.voice
    squads = [each for each in cadence_side(session, facts.product, week) if each.readings]
    if not squads:
        st.markdown(markup.escape(absence_sentences.empty(voice, "work_items")))
        return
    side_cards.say_do(session, squads)
    for each in squads:
        st.subheader(markup.escape(voice.name(each.squad)), anchor=False)
        side_cards.flow(session, each)
        with st.container(key=f"sprint_{each.squad.key}_box"):
            key = f"sprint_{each.squad.key}"
            reading_cards.readings_table(session, each.readings, key, headed=True)
        if explore_place is not None:
            st.page_link(
                explore_place,
                label=voice.words.say("Rows behind these figures"),
                icon=":material/query_stats:",
                query_params={"kpi": each.readings[0].kpi, "by": "squad", "of": each.squad.key},
            )


def identity(session: Session, facts: ProductPage) -> None:
    """Who holds which role since when, the squads, the stage and the vision in one sentence."""
    voice = session.voice
    words = voice.words
    if facts.vision:
        st.markdown(f"*{markup.escape(facts.vision)}*")
    told = []
    for role in ROLES:
        holders = [
            sentences.held_since(voice, person, session.today)
            for person in facts.owners
            if person.role == role
        ]
        told.append((sentences.role(voice, role), ", ".join(holders) or words.say("vacant")))
    launched = voice.format.date(facts.launched) if facts.launched else ""
    told += [
        (words.say("Squads"), ", ".join(name for _, name, _ in facts.squads)),
        (words.say("Stage"), sentences.stage(voice, facts.stage or "")),
        (words.say("Line"), facts.line or ""),
        (words.say("Launched"), launched),
        (words.say("Ended"), voice.format.date(facts.ended) if facts.ended else ""),
    ]
    st.markdown(markup.facts(told))


def of_side(facts: ProductPage, side: str) -> list[ScorecardCell]:
    """The families of a side, what it answers for first."""
    order = list(map(str, FAMILIES_OF[side]))
    own = [cell for cell in facts.families if cell.family in order]
    return sorted(own, key=lambda cell: order.index(cell.family))


@st.fragment(key="product_trends")
def trends(session: Session, facts: ProductPage, week: str | None, side: str) -> None:
    found: list[Reading] = [r for cell in of_side(facts, side) for r in cell.readings]
    led_by = [subject.reading.kpi for subject in facts.subjects]
    scope = Scope("product", facts.product)
    known = [reading for reading in found if reading.scope == scope and reading.figure]
    known.sort(key=lambda reading: reading.status == "no_data")
    choices = list(dict.fromkeys(reading.kpi for reading in known))
    start = list(dict.fromkeys(kpi for kpi in (*led_by, *choices) if kpi in choices))
    chosen = filters.kpis(session, choices, start[:CHARTED_AT_FIRST], "charted")
    with st.grid(2, min_column_width=420):
        for kpi in chosen:
            meeting_cards.chart(session, kpi, scope, week)
