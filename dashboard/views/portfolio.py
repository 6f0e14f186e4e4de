"""The portfolio: which products carry the company's growth, at what margin, towards what."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    absence_sentences,
    cards,
    filters,
    markup,
    narrow,
    plan_cards,
    plan_sentences,
    plan_tables,
    portfolio_charts,
    reading_tables,
    tables,
)
from dashboard.answers import plans, portfolio
from dashboard.session import Session
from dashboard.written import counted, written
from metrics.format import NOT_AVAILABLE
from metrics.pages.portfolio import CONTRIBUTION, Plans, Portfolio

#: KPIs that fit on a phone beside a product's name.
MOST_ON_A_PHONE = 2


def show(
    session: Session,
    chooser: DeltaGenerator,
    product_place: st.Page | None,
    imports_place: st.Page | None,
) -> None:
    if not absence_cards.has(session, session.organisation.products, "products", imports_place):
        return
    voice = session.voice
    words = voice.words
    with chooser:
        known = portfolio(session, None)
        week = filters.week(session, known.weeks)
    found = known if week is None else portfolio(session, week)
    title = words.say("Portfolio")
    cards.headline(f"{title} · {voice.format.week(found.week)}")

    if found.company.value(CONTRIBUTION) is None:
        st.caption(markup.escape(absence_sentences.no_growth(voice, found.company)))
    else:
        charts(session, found)
    table(session, found, product_place)
    roadmap(session, week)


def roadmap(session: Session, week: str | None) -> None:
    """The roadmap of a quarter with what it did, and the key results one by one."""
    voice = session.voice
    words = voice.words
    now = plans(session, week, None)
    st.subheader(words.say("Roadmap"), anchor=False)
    if len(now.quarters) < 2 and not now.roadmap and not now.undated:
        told = words.say(
            "No roadmap yet. Import an export of your roadmap tool to see initiatives."
        )
        st.caption(markup.escape(told))
    else:
        chosen = filters.quarter(session, now)
        initiatives(session, now if chosen is None else plans(session, week, chosen))
    plan_cards.objectives(session, now.results)


def initiatives(session: Session, found: Plans) -> None:
    voice = session.voice
    words = voice.words
    if not found.roadmap:
        st.caption(markup.escape(words.say("No initiative in this quarter.")))
        return
    column = st.column_config
    frame = plan_tables.roadmap(found.roadmap, voice)
    telling = {
        "title": words.say("Initiative"),
        "state": words.say("Status"),
        "effect": words.say("Measured effect"),
        "due": words.say("Due"),
    }
    with narrow.wide(frame, telling, "roadmap", words):
        tables.show(
            written(frame, {"rice": counted(voice)}),
            hide_index=True,
            column_config={
                "title": column.TextColumn(words.say("Initiative"), pinned=True, width=180),
                "product": column.TextColumn(words.say("Product"), width=100),
                "state": column.TextColumn(words.say("Status"), width=85),
                "rice": column.NumberColumn("RICE", width=80),
                "moscow": column.TextColumn("MoSCoW", width=125),
                "target": column.TextColumn(words.say("Is to move"), width=220),
                "effect": column.TextColumn(words.say("Measured effect"), width=150),
                "due": column.TextColumn(words.say("Due"), alignment="right", width=110),
                "slipped": column.TextColumn(words.say("Moved"), width=125),
                "objective": column.TextColumn(words.say("Objective"), width=220),
            },
            height="content" if len(found.roadmap) <= cards.ROWS_SHOWN else "auto",
            placeholder="",
            key="roadmap",
            alt=words.say("Initiatives of the quarter, the highest RICE first"),
        )
    st.caption(
        markup.escape(
            words.say(
                "RICE is reach × impact × confidence / effort. An effect is seen when the KPI left "
                "its usual range between shipping and review."
            )
        )
    )


def charts(session: Session, found: Portfolio) -> None:
    """Contributions that sum to the whole, and the map of growth and margin."""
    voice = session.voice
    words = voice.words
    with st.grid(2, min_column_width=420):
        with st.container(border=True, key="contributions"):
            title = words.say("Contribution to the company's growth over a year")
            st.markdown(f"**{markup.escape(title)}**")
            cards.plot(
                portfolio_charts.contributions(found, voice, session.palette),
                "contributions_chart",
                title,
            )
            if found.sums:
                st.caption(markup.escape(words.say("The products' points sum to the whole.")))
        if not portfolio_charts.placed(found):
            return
        with st.container(border=True, key="growth_and_margin"):
            title = words.say("Margin rate, by contribution to growth")
            st.markdown(f"**{markup.escape(title)}**")
            colours = {each.scope: session.colour(each.scope) for each in found.products}
            cards.plot(
                portfolio_charts.growth_and_margin(found, voice, session.palette, colours),
                "growth_and_margin_chart",
                title,
            )
            told = words.say(
                "Across: points of growth. Up: contribution margin rate. The area is the MRR."
            )
            st.caption(markup.escape(told))


def table(session: Session, found: Portfolio, product_place: st.Page | None) -> None:
    """The same in figures; a name opens its product."""
    words = session.voice.words

    def open_product() -> None:
        name = tables.pressed("portfolio_name")
        if product_place is not None and name is not None:
            st.switch_page(product_place, query_params={"product": name})

    column = st.column_config
    how = reading_tables.portfolio_words(session.voice)
    config: dict[str, Any] = {
        "name": column.ButtonColumn(
            words.say("Product"),
            pinned=True,
            alignment="left",
            width=cards.name_width(session.voice.name(each.scope) for each in found.products),
            type="tertiary",
            on_click=open_product,
            key="portfolio_name",
        ),
        **{kpi: column.NumberColumn(session.voice.short_label(kpi)) for kpi in how},
        "year": column.TextColumn(words.say("MRR on the year"), alignment="right"),
    }
    frame = reading_tables.portfolio(found, session.voice)
    telling = {"name": words.say("Product")} | {
        kpi: session.voice.short_label(kpi) for kpi in [*how][:MOST_ON_A_PHONE]
    }
    with narrow.wide(frame, telling, "portfolio", words, right=how, how=how):
        tables.show(
            written(frame, how),
            hide_index=True,
            column_config=config,
            height="content" if len(found.products) <= cards.PRODUCTS_LISTED else cards.LIST_HEIGHT,
            placeholder=NOT_AVAILABLE,
            key="portfolio",
            alt=words.say("Products with their revenue, growth, margin and objectives"),
        )
    st.caption(markup.escape(plan_sentences.periods(session.voice, found)))
