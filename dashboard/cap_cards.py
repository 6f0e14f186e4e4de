"""What a product's PM looks up on the Cap side, one click away and asked of the facts as they are:
accounts at risk, the market, discoveries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import cap_sentences, cap_tables, cards, charts, narrow, tables
from dashboard.absence_sentences import empty
from dashboard.answers import accounts_at_risk, discoveries, market_side
from dashboard.markup import escape
from dashboard.session import Session
from dashboard.spreadsheet import as_csv
from dashboard.voice import Voice
from dashboard.written import counted, written
from metrics.catalogue.kpi import Unit
from metrics.pages.accounts_at_risk import AccountsAtRisk
from metrics.pages.market_side import SHARE, Deals, Market
from metrics.result import Scope


def accounts(session: Session, product: str, until: date) -> None:
    """The accounts that show a sign that they may leave, with what shows it."""
    voice = session.voice
    words = voice.words
    found = accounts_at_risk(session, product, until)
    if found is None:
        st.caption(escape(empty(voice, "subscriptions")))
        return
    st.markdown(escape(cap_sentences.accounts(voice, found)))
    if found.use in cap_sentences.USE_UNREAD:
        st.caption(escape(words.say(cap_sentences.USE_UNREAD[found.use])))
    if not found.found:
        return
    _accounts_table(session, found)
    st.download_button(
        words.say("Download as CSV"),
        data=partial(as_csv, cap_tables.accounts(found, voice)),
        file_name=f"vigie-accounts-at-risk-{product}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="accounts_csv",
    )
    st.caption(
        escape(
            words.say(
                "Vigie keeps no name: an account is told by its subscription's number in the "
                "billing tool."
            )
        )
    )


def _accounts_table(session: Session, found: AccountsAtRisk) -> None:
    voice = session.voice
    words = voice.words
    column = st.column_config
    frame = cap_tables.accounts(found, voice).dropna(axis="columns", how="all")
    how = {"mrr": partial(voice.format.exact, Unit.MONEY)}
    telling = {
        "account": words.say("Subscription"),
        "mrr": voice.short_label("mrr") if "mrr" in voice.catalogue else "MRR",
        "signs": words.say("Sign"),
    }
    with narrow.wide(frame, telling, "accounts", words, right=("mrr",), how=how):
        tables.show(
            written(frame, {**how, **dict.fromkeys(("last_use", "since"), dated(voice))}),
            hide_index=True,
            column_config={
                "account": column.TextColumn(telling["account"], width=170),
                "plan": column.TextColumn(words.say("Plan"), width=110),
                "mrr": column.NumberColumn(telling["mrr"], width=110),
                "signs": column.TextColumn(telling["signs"], width=380),
                "last_use": column.DateColumn(words.say("Last use"), width=110),
                "since": column.DateColumn(words.say("Pays since"), width=110),
            },
            height="content" if len(frame) <= cards.ROWS_SHOWN else "auto",
            placeholder="",
            key="accounts",
            alt=words.say("Accounts at risk with what they pay and what shows it"),
        )


def market(session: Session, product: str, until: date) -> None:
    """The product's share of its markets beside its rivals', then its deals."""
    voice = session.voice
    found = market_side(session, product, until)
    if not found.markets:
        nothing = voice.words.say(
            "No market yet. Import a CSV of market shares, a column per player, to see yours."
        )
        st.caption(escape(nothing))
    for number, each in enumerate(found.markets):
        _shares(session, each, product, number)
    if found.deals is None:
        st.caption(escape(empty(voice, "deals")))
    else:
        _deals(session, found.deals)


def _shares(session: Session, found: Market, product: str, number: int) -> None:
    voice = session.voice
    words = voice.words
    own = Scope("product", product)
    colours = [each for each in session.palette.categories if each != session.colour(own)]
    lines = [charts.Line(voice.name(own), session.colour(own), found.ours)]
    lines += [
        charts.Line(name, colour, shares)
        for (name, shares), colour in zip(found.rivals.items(), colours, strict=False)
    ]
    with st.container(border=True, key=f"market_{number}"):
        st.markdown(f"**{escape(voice.label(SHARE))}** · {escape(found.name)}")
        cards.plot(
            charts.lines(lines, voice.catalogue[SHARE], voice, session.palette),
            f"market_chart_{number}",
            words.say("Share of {market}, ours and our rivals'", market=found.name),
        )


def _deals(session: Session, found: Deals) -> None:
    voice = session.voice
    words = voice.words
    column = st.column_config
    st.markdown(escape(cap_sentences.deals(voice, found)))
    with st.grid(2, min_column_width=320):
        if found.reasons:
            tables.show(
                written(
                    cap_tables.reasons(found, voice),
                    {"lost": counted(voice), "part": voice.format.percent},
                ),
                hide_index=True,
                column_config={
                    "reason": column.TextColumn(words.say("Why deals were lost")),
                    "lost": column.NumberColumn(words.say("Lost"), width=70),
                    "part": column.NumberColumn(words.say("Of those lost"), width=110),
                },
                height="content",
                placeholder="",
                key="loss_reasons",
                alt=words.say("Why deals were lost, the most told first"),
            )
        if found.against:
            tables.show(
                written(
                    cap_tables.against(found.against),
                    {"won": counted(voice), "lost": counted(voice), "rate": voice.format.percent},
                ),
                hide_index=True,
                column_config={
                    "competitor": column.TextColumn(words.say("Against")),
                    "won": column.NumberColumn(words.say("Won"), width=70),
                    "lost": column.NumberColumn(words.say("Lost"), width=70),
                    "rate": column.NumberColumn(words.say("Win rate"), width=110),
                },
                height="content",
                placeholder="",
                key="competitors",
                alt=words.say("Deals won and lost against each competitor"),
            )


def heard(session: Session, product: str, until: date) -> None:
    """What users said in interviews and studies, and what came of it."""
    voice = session.voice
    words = voice.words
    found = discoveries(session, product, until)
    if not found.found:
        nothing = words.say(
            "No discovery yet. Import a CSV of interviews and studies (date, product, insight) to "
            "see what users said and what came of it."
        )
        st.caption(escape(nothing))
        return
    st.markdown(escape(cap_sentences.discoveries(voice, found)))
    column = st.column_config
    frame = cap_tables.discoveries(found.found, voice)
    how = {"day": dated(voice), "people": counted(voice)}
    telling = {
        "day": words.say("Date"),
        "insight": words.say("Insight"),
        "initiative": words.say("Led to"),
    }
    with narrow.wide(frame, telling, "discoveries", words, how=how):
        tables.show(
            written(frame, how),
            hide_index=True,
            column_config={
                "day": column.DateColumn(telling["day"], width=110),
                "insight": column.TextColumn(telling["insight"], width=380),
                "kind": column.TextColumn(words.say("Kind"), width=100),
                "people": column.NumberColumn(words.say("People heard"), width=100),
                "initiative": column.TextColumn(telling["initiative"], width=240),
                "state": column.TextColumn(words.say("Status"), width=100),
            },
            height="content" if len(frame) <= cards.ROWS_SHOWN else "auto",
            placeholder="",
            key="discoveries",
            alt=words.say("Discoveries of the year, the newest first, with what came of them"),
        )


def dated(voice: Voice) -> Callable[[Any], str]:
    """How a day is written; what is not known is empty."""
    return lambda day: "" if pd.isna(day) else voice.format.date(day.date())
