"""The entry: `vigie serve`, or `streamlit run dashboard/app.py` with VIGIE_WORKSPACE set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from dashboard import address, cards, filters
from dashboard.session import Session, open_session
from dashboard.translation import language_of, translation
from dashboard.views import (
    bearings,
    coverage,
    dictionary,
    explore,
    imports,
    owner,
    portfolio,
    preparing,
    product,
    review,
    squad,
)
from metrics.errors import VigieError

ICON = Path(__file__).with_name("icon.svg")
STYLES = tuple(Path(__file__).with_name(name) for name in ("contrast.css", "width.css"))
#: What makes an entry of the browser's history; it runs once, however often a page is drawn.
ADDRESS = Path(__file__).with_name("address.js").read_text("utf-8")
#: Streamlit serves the first page at the bare address only, and keeps its name for itself.
HOME = "home"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def only_on_loopback() -> bool:
    """Whether only this machine can reach the pages; true where no server runs, as in tests."""
    return not st.runtime.exists() or st.get_option("server.address") in LOOPBACK


def under_its_name(home: str, pages: Sequence[st.Page]) -> st.Page:
    """The home page's own name as an address, which leads to the bare one."""
    (found,) = [page for page in pages if not page.url_path]

    def lead_there() -> None:
        st.switch_page(found, query_params=st.query_params.to_dict())

    return st.Page(lead_there, title=found.title, url_path=home, visibility="hidden")


def main(home: str = "review") -> None:
    """Draw the page that the address asks for; `home` is the one for the bare address."""
    st.set_page_config(page_title="Vigie", layout="wide", page_icon=ICON)
    for style in STYLES:
        st.html(style)
    # Streamlit says it of the page and not of windows, whose CanvasText would be black on black.
    st.html(f"<style>body {{ color-scheme: {st.context.theme.type or 'light'}; }}</style>")
    st.html(f"<script>{ADDRESS}</script>", unsafe_allow_javascript=True)
    if not only_on_loopback():
        cards.refusal(
            VigieError(
                "Vigie has no sign-in yet and answers on this machine only.",
                next_step="Start it with 'vigie serve', or add --server.address 127.0.0.1.",
            ),
            translation(language_of(st.context.locale)),
        )
        return
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="bar"
    ):
        chooser = st.container(horizontal=True, vertical_alignment="center", key="chooser")
        language = filters.language()
    words = translation(language)

    def current() -> Session:
        return open_session(language)

    def place(name: str, title: str, help: str, show: Callable[[], None]) -> st.Page:
        return st.Page(
            show,
            title=title,
            url_path=HOME if name == home else name,
            default=name == home,
            help=help,
        )

    review_place = place(
        "review",
        words.say("Weekly review"),
        words.say("What changed this week, who answers for it, what was decided."),
        lambda: review.show(
            current(), chooser, product_place, squad_place, explore_place, imports_place
        ),
    )
    product_place = place(
        "product",
        words.say("Product"),
        words.say("One product: its PM and PO, its figures in each family."),
        lambda: product.show(current(), chooser, explore_place, imports_place),
    )
    squad_place = place(
        "squad",
        words.say("Squad"),
        words.say("One squad: delivery, engagement, skills, load, the products it serves."),
        lambda: squad.show(current(), chooser, product_place, explore_place, imports_place),
    )
    portfolio_place = place(
        "portfolio",
        words.say("Portfolio"),
        words.say("Which products carry the growth, at what margin, towards what."),
        lambda: portfolio.show(current(), chooser, product_place, imports_place),
    )
    bearings_place = place(
        "cap-or-cadence",
        words.say("Cap or cadence"),
        words.say("Does a product need a clearer heading or a steadier pace: the named signs."),
        lambda: bearings.show(current(), chooser, explore_place, imports_place),
    )
    owner_place = place(
        "owner",
        words.say("Role owner"),
        words.say("What a person answers for in one role, with targets and open decisions."),
        lambda: owner.show(
            current(), chooser, product_place, squad_place, explore_place, imports_place
        ),
    )
    preparing_place = place(
        "prepare",
        words.say("Prepare"),
        words.say("Who owes which export or comment, and what the review would show today."),
        lambda: preparing.show(current(), chooser, review_place, imports_place),
    )
    explore_place = place(
        "explore",
        words.say("Explore"),
        words.say("Any KPI, cut and period, down to its SQL and its imports."),
        lambda: explore.show(current(), chooser, dictionary_place, imports_place),
    )
    dictionary_place = place(
        "dictionary",
        words.say("Dictionary"),
        words.say("Every KPI: what it means, how it is made, what brings its data."),
        lambda: dictionary.show(current(), chooser, explore_place),
    )
    coverage_place = place(
        "coverage",
        words.say("Coverage"),
        words.say("What came from which tool, what is late, which KPIs wait for it."),
        lambda: coverage.show(current(), chooser, imports_place),
    )
    imports_place = place(
        "imports",
        words.say("Imports"),
        words.say("Drop the exports of your tools, check them, load them, take them back."),
        lambda: imports.show(current(), chooser, review_place),
    )
    # One list: Streamlit draws sections as lists within lists that a screen reader cannot follow.
    shown = [
        review_place,
        preparing_place,
        product_place,
        squad_place,
        owner_place,
        portfolio_place,
        bearings_place,
        explore_place,
        dictionary_place,
        coverage_place,
        imports_place,
    ]
    page = st.navigation([*shown, under_its_name(home, shown)], position="top")
    st.set_page_config(page_title=f"{page.title} · Vigie")
    st.session_state[address.PLACE] = page.url_path
    try:
        page.run()
    except VigieError as error:
        cards.refusal(error, words)


if __name__ == "__main__":
    main()
