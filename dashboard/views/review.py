"""The weekly review: where we stand, what to talk about, what is missing, then the tables."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    belonging_cards,
    cards,
    filters,
    markup,
    meeting_cards,
    reading_cards,
    review_sentences,
    sentences,
    side_sentences,
)
from dashboard.answers import agenda, portfolio, review, slips
from dashboard.session import Session
from dashboard.views import meeting
from metrics.pages.portfolio import Holding
from metrics.pages.review_facts import Review
from metrics.result import Scope

HEADLINE_KPIS = 5
CHARTED_AT_FIRST = 2


def show(
    session: Session,
    chooser: DeltaGenerator,
    product_place: st.Page | None,
    squad_place: st.Page | None,
    explore_place: st.Page | None,
    imports_place: st.Page | None,
) -> None:
    if session.is_empty:
        absence_cards.empty(session, imports_place)
        return
    voice = session.voice
    words = voice.words

    with chooser:
        scope = filters.scope(session)
        known = review(session, None, scope)
        week = filters.week(session, known.weeks)
        on_a_wall = filters.meeting(session)
    facts = known if week is None else review(session, week, scope)
    scopes = scopes_of(facts)
    held = agenda(session, facts.week, facts.week == known.week, scopes)
    if on_a_wall:
        holdings = objectives_of(session, scopes, week)
        meeting.show(session, facts, held, slips(session, scopes), holdings)
        return

    meeting_cards.promises(session, held)
    cards.headline(review_sentences.headline(voice, facts))
    if facts.landing is not None:
        st.markdown(markup.escape(side_sentences.landing(voice, facts.landing)))
    if facts.waiting is not None:
        st.caption(markup.escape(review_sentences.waiting(voice, facts.waiting)))
    told = [
        reading for reading in facts.headline if reading.figure and reading.figure.value is not None
    ]
    cards.headline_kpis(session, told[:HEADLINE_KPIS])

    for index, subject in enumerate(facts.subjects):
        meeting_cards.subject(
            session, subject, f"subject_{index}", period=facts.week.key,
            places={"product": product_place, "squad": squad_place}, explore_place=explore_place,
        )  # fmt: skip
    absence_cards.missing(session, facts.missing)
    belonging_cards.waiting(session, imports_place)
    absence_cards.broken(session)

    if facts.unusual:
        also_unusual(session, facts)

    meeting_cards.slipping(session, slips(session, scopes))
    meeting_cards.objectives(session, objectives_of(session, scopes, week))

    if facts.scorecard:
        st.subheader(words.say("Scorecard"), anchor=False)
        scorecard(session, facts, product_place)

    st.subheader(words.say("Six weeks, twelve months"), anchor=False)
    trends(session, facts, scope, week)

    meeting_cards.still_open(session, held)
    if facts.steady or facts.muted:
        nothing_to_see(session, facts)
    meeting_cards.kpis_of_the_review(session, facts)
    meeting_cards.closing(session, facts, held)
    st.caption(markup.escape(published(session, facts)))


@st.fragment(key="scorecard_part")
def scorecard(session: Session, facts: Review, product_place: st.Page | None) -> None:
    words = session.voice.words
    by_family, by_kpi = words.say("By family"), words.say("By KPI")
    shown = st.segmented_control(
        words.say("Scorecard"),
        [by_family, by_kpi],
        default=by_family,
        required=True,
        key="scorecard_view",
        label_visibility="collapsed",
    )
    if shown == by_family:
        reading_cards.scorecard(session, facts.scorecard, product_place)
        return
    reading_cards.readings_table(
        session, reading_cards.scorecard_readings(facts.scorecard), "scorecard_kpis"
    )


@st.fragment(key="trends_part")
def trends(session: Session, facts: Review, scope: Scope, week: str | None) -> None:
    known = [reading for reading in facts.headline if reading.figure]
    known.sort(key=lambda reading: reading.status == "no_data")
    choices = list(dict.fromkeys(reading.kpi for reading in known))
    chosen = filters.kpis(session, choices, choices[:CHARTED_AT_FIRST])
    with st.grid(2, min_column_width=420):
        for kpi in chosen:
            meeting_cards.chart(session, kpi, scope, week)


def scopes_of(facts: Review) -> tuple[Scope, ...] | None:
    """The scopes whose decisions a review holds: all of them for the company."""
    if facts.scope.kind == "company":
        return None
    below = {reading.scope for reading in facts.steady}
    below |= {row.scope for row in facts.scorecard}
    below |= {subject.reading.scope for subject in facts.subjects}
    return tuple(sorted({facts.scope, *below}))


def objectives_of(
    session: Session, scopes: tuple[Scope, ...] | None, week: str | None
) -> list[Holding]:
    """The company and the products under review whose objectives are known."""
    found = portfolio(session, week)
    return [
        each for each in (found.company, *found.products) if scopes is None or each.scope in scopes
    ]


def also_unusual(session: Session, facts: Review) -> None:
    """The signals that no subject tells, so that the headline's count can be looked up."""
    title = review_sentences.unusual(session.voice, facts)
    folded = st.expander(title, key="unusual", on_change="rerun")
    if folded.open:
        with folded:
            reading_cards.readings_table(session, facts.unusual, "unusual_kpis")


def nothing_to_see(session: Session, facts: Review) -> None:
    words = session.voice.words
    title = words.count(
        "Nothing to see: {n} figure within its usual range",
        "Nothing to see: {n} figures within their usual range",
        len(facts.steady),
    )
    if facts.muted:
        more = words.count("{n} signal muted", "{n} signals muted", len(facts.muted))
        title = f"{title}, {more}"
    folded = st.expander(title, key="steady", on_change="rerun")
    if folded.open:
        with folded:
            meeting_cards.muted(session, facts.muted)
            reading_cards.readings_table(session, facts.steady, "steady_kpis")


def published(session: Session, facts: Review) -> str:
    voice = session.voice
    if facts.freshness.published_at is None:
        return voice.format.days(facts.week)
    when = sentences.local(voice, facts.freshness.published_at)
    return voice.words.say(
        "{days}. Published {moment}, publication {number}.",
        days=voice.format.days(facts.week),
        moment=voice.format.moment(when),
        number=facts.freshness.publication,
    )
