"""One squad: what it delivers, how its people are, what it needs, what it waits for."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    cards,
    filters,
    markup,
    meeting_cards,
    reading_cards,
    side_cards,
    squad_sentences,
    squad_tables,
    tables,
)
from dashboard.answers import review, squad_page
from dashboard.session import Session
from metrics.pages.squad import SquadPage

#: The parts that are shown in one table.
TEAM = ("dependencies", "engagement", "skills", "load")


def show(
    session: Session,
    chooser: DeltaGenerator,
    product_place: st.Page | None,
    explore_place: st.Page | None,
    imports_place: st.Page | None,
) -> None:
    if not absence_cards.has(session, session.organisation.squads, "squads", imports_place):
        return
    voice = session.voice
    with chooser:
        squad = filters.squad(session)
        known = squad_page(session, squad, None)
        week = filters.week(session, known.weeks)
    found = known if week is None else squad_page(session, squad, week)

    cards.headline(f"{found.name} · {voice.format.week(found.week)}")
    st.markdown(markup.facts(squad_sentences.identity(voice, found, session.today)))
    told = review(session, week, found.squad)
    for index, subject in enumerate(s for s in told.subjects if s.reading.scope == found.squad):
        meeting_cards.subject(
            session, subject, f"subject_{index}", period=told.week.key, explore_place=explore_place
        )
    absence_cards.missing(session, [fact for fact in told.missing if fact.scope == found.squad])
    absence_cards.broken(session)

    if found.sprints.flow is not None:
        st.subheader(voice.words.say("Sprint"), anchor=False)
        side_cards.flow(session, found.sprints)
    side_cards.say_do(session, [found.sprints])
    figures(session, found, ("delivery",), "squad_delivery")
    figures(session, found, TEAM, "squad_team")
    serves(session, found, product_place)
    members(session, found)


def figures(session: Session, found: SquadPage, parts: Sequence[str], key: str) -> None:
    """Some parts' figures in one table; of parts without any, what to import to see them."""
    voice = session.voice
    titles = {part: voice.words.say(squad_sentences.PARTS[part]) for part in parts}
    heading = voice.words.say("The team") if len(parts) > 1 else titles[parts[0]]
    st.subheader(heading, anchor=False)
    known = [(titles[part], found.parts[part]) for part in parts if found.parts[part]]
    if known:
        reading_cards.grouped_table(session, known, key)
    wanting = [squad_sentences.nothing(voice, part) for part in parts if not found.parts[part]]
    for told in dict.fromkeys(wanting):
        st.caption(markup.escape(told))


def serves(session: Session, found: SquadPage, product_place: st.Page | None) -> None:
    """The products it works on; a name opens the product's page."""
    words = session.voice.words
    st.subheader(words.say("Products it serves"), anchor=False)
    if not found.serves:
        st.caption(markup.escape(words.say("This squad works on no product on this day.")))
        return

    def open_product() -> None:
        name = tables.pressed("served_name")
        if product_place is not None and name is not None:
            st.switch_page(product_place, query_params={"product": name})

    column = st.column_config
    tables.show(
        squad_tables.served(found.serves, session.voice),
        hide_index=True,
        column_config={
            "name": column.ButtonColumn(
                words.say("Product"),
                pinned=True,
                alignment="left",
                type="tertiary",
                on_click=open_product,
                key="served_name",
            ),
            "since": column.TextColumn(words.say("Since"), alignment="right"),
            "owners": column.TextColumn(words.say("PM and PO")),
            "shared": column.TextColumn(words.say("Shared with")),
        },
        height="content",
        key="served",
        alt=words.say("Products that the squad works on, with their PM and PO"),
    )


def members(session: Session, found: SquadPage) -> None:
    """Who is in it, in alphabetical order, with the roles they hold."""
    voice = session.voice
    words = voice.words
    if not found.members:
        return
    title = words.count("{n} member", "{n} members", len(found.members))
    folded = st.expander(title, key="members", on_change="rerun")
    if not folded.open:
        return
    column = st.column_config
    with folded:
        tables.show(
            squad_tables.members(found.members, voice),
            hide_index=True,
            column_config={
                "name": column.TextColumn(words.say("Name")),
                "roles": column.TextColumn(words.say("Role")),
                "since": column.TextColumn(words.say("Since"), alignment="right"),
            },
            height="content",
            key="members_table",
            alt=words.say("Members of the squad in alphabetical order"),
        )
