"""The entry: `vigie serve`, or `streamlit run dashboard/app.py` with VIGIE_WORKSPACE set."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import cards, filters
from dashboard.session import Session, open_session
from dashboard.translation import translation
from dashboard.views import coverage, dictionary, explore, imports, portfolio, product, review
from metrics.errors import VigieError

ICON = Path(__file__).with_name("icon.svg")


LOOPBACK = ("127.0.0.1", "localhost", "::1")


def only_on_loopback() -> bool:
    """Whether only this machine can reach the pages; true where no server runs, as in tests."""
    return not st.runtime.exists() or st.get_option("server.address") in LOOPBACK


def main(home: str = "review") -> None:
    """Draw the page that the address asks for; `home` is the one for the bare address."""
    st.set_page_config(page_title="Vigie", layout="wide", page_icon=ICON)
    if not only_on_loopback():
        cards.refusal(
            VigieError(
                "Vigie has no sign-in yet and answers on this machine only.",
                next_step="Start it with 'vigie serve', or add --server.address 127.0.0.1.",
            )
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", key="bar"):
        chooser = st.container(horizontal=True, key="chooser")
        language = filters.language()
    words = translation(language)

    def current() -> Session:
        return open_session(language)

    review_place = st.Page(
        lambda: review.show(current(), chooser, product_place, imports_place),
        title=words.say("Weekly review"),
        icon=":material/visibility:",
        url_path="review",
        default=home == "review",
        help=words.say("What changed this week, who answers for it, what was decided."),
    )
    product_place = st.Page(
        lambda: product.show(current(), chooser, imports_place),
        title=words.say("Product"),
        icon=":material/category:",
        url_path="product",
        default=home == "product",
        help=words.say("One product: its PM and PO, its figures in each family."),
    )
    imports_place = st.Page(
        lambda: imports.show(current(), chooser, review_place),
        title=words.say("Imports"),
        icon=":material/upload_file:",
        url_path="imports",
        default=home == "imports",
        help=words.say("Drop the exports of your tools, check them, load them, take them back."),
    )
    dictionary_place = st.Page(
        lambda: dictionary.show(current(), chooser, explore_place),
        title=words.say("Dictionary"),
        icon=":material/menu_book:",
        url_path="dictionary",
        default=home == "dictionary",
        help=words.say("Every KPI: what it means, how it is made, what brings its data."),
    )
    explore_place = st.Page(
        lambda: explore.show(current(), chooser, dictionary_place, imports_place),
        title=words.say("Explore"),
        icon=":material/query_stats:",
        url_path="explore",
        default=home == "explore",
        help=words.say("Any KPI, cut and period, down to its SQL and its imports."),
    )
    coverage_place = st.Page(
        lambda: coverage.show(current(), chooser, imports_place),
        title=words.say("Coverage"),
        icon=":material/event_available:",
        url_path="coverage",
        default=home == "coverage",
        help=words.say("What came from which tool, what is late, which KPIs wait for it."),
    )
    portfolio_place = st.Page(
        lambda: portfolio.show(current(), chooser, product_place, imports_place),
        title=words.say("Portfolio"),
        icon=":material/donut_large:",
        url_path="portfolio",
        default=home == "portfolio",
        help=words.say("Which products carry the growth, at what margin, towards what."),
    )
    page = st.navigation(
        [
            review_place,
            product_place,
            portfolio_place,
            explore_place,
            dictionary_place,
            coverage_place,
            imports_place,
        ],
        position="top",
    )
    st.set_page_config(page_title=f"{page.title} · Vigie")
    try:
        page.run()
    except VigieError as error:
        cards.refusal(error)


if __name__ == "__main__":
    main()
