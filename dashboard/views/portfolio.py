"""The portfolio: which products carry the company's growth, at what margin, towards what."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cards, filters, portfolio_charts, sentences, tables
from dashboard.session import Session, portfolio
from metrics.portfolio import CONTRIBUTION, KPIS, Portfolio


def show(
    session: Session,
    chooser: DeltaGenerator,
    product_place: st.Page | None,
    imports_place: st.Page | None,
) -> None:
    if session.is_empty or not session.organisation.products:
        cards.empty(session, imports_place)
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
        st.caption(cards.escape(sentences.empty(voice, "subscriptions")))
    else:
        charts(session, found)
    table(session, found, product_place)


def charts(session: Session, found: Portfolio) -> None:
    """Contributions that sum to the whole, and the map of growth and margin."""
    voice = session.voice
    words = voice.words
    with st.grid(2, min_column_width=420):
        with st.container(border=True, key="contributions"):
            title = words.say("Contribution to the company's growth over a year")
            st.markdown(f"**{cards.escape(title)}**")
            cards.plot(
                portfolio_charts.contributions(found, voice, session.palette),
                "contributions_chart",
                title,
            )
            if found.sums:
                st.caption(cards.escape(words.say("The products' points sum to the whole.")))
        with st.container(border=True, key="growth_and_margin"):
            title = words.say("Margin rate, by contribution to growth")
            st.markdown(f"**{cards.escape(title)}**")
            colours = {each.scope: session.colour(each.scope) for each in found.products}
            cards.plot(
                portfolio_charts.growth_and_margin(found, voice, session.palette, colours),
                "growth_and_margin_chart",
                title,
            )
            told = words.say(
                "Across: points of growth. Up: contribution margin rate. The area is the MRR."
            )
            st.caption(cards.escape(told))


def table(session: Session, found: Portfolio, product_place: st.Page | None) -> None:
    """The same in figures; a name opens its product."""
    words = session.voice.words

    def open_product() -> None:
        click = st.session_state["portfolio_name"]
        if product_place is not None and click is not None:
            st.switch_page(product_place, query_params={"product": str(click.label)})

    column = st.column_config
    config: dict[str, Any] = {
        "name": column.ButtonColumn(
            words.say("Product"),
            pinned=True,
            alignment="left",
            type="tertiary",
            on_click=open_product,
            key="portfolio_name",
        ),
        **{
            kpi: column.TextColumn(session.voice.short_label(kpi), alignment="right")
            for kpi in KPIS
            if kpi in session.voice.catalogue
        },
        "year": column.TextColumn(words.say("MRR on the year"), alignment="right"),
    }
    st.dataframe(
        tables.portfolio(found, session.voice),
        hide_index=True,
        column_config=config,
        height="content",
        key="portfolio",
        alt=words.say("Products with their revenue, growth, margin and objectives"),
    )
