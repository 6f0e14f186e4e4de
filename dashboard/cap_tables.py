"""Accounts at risk, deals and discoveries as tables."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from dashboard import cap_sentences, plan_sentences
from dashboard.voice import Voice
from metrics.pages.accounts_at_risk import AccountsAtRisk
from metrics.pages.discoveries import Discovery
from metrics.pages.market_side import Against, Deals


def accounts(found: AccountsAtRisk, voice: Voice) -> pd.DataFrame:
    """One row per account, the largest first; `mrr` is a number and days are dates."""
    return pd.DataFrame(
        [
            {
                "account": ", ".join(each.subscriptions),
                "plan": ", ".join(each.plans),
                "mrr": math.nan if each.mrr is None else each.mrr,
                "signs": " · ".join(cap_sentences.sign(voice, sign, found) for sign in each.signs),
                "last_use": pd.Timestamp(each.last_use) if each.last_use else pd.NaT,
                "since": pd.Timestamp(each.since),
            }
            for each in found.found
        ],
        columns=["account", "plan", "mrr", "signs", "last_use", "since"],
    )


def reasons(found: Deals, voice: Voice) -> pd.DataFrame:
    """Why deals were lost, the most told first."""
    return pd.DataFrame(
        [
            {
                "reason": reason or voice.words.say("not said"),
                "lost": count,
                "part": count / found.lost if found.lost else math.nan,
            }
            for reason, count in found.reasons
        ],
        columns=["reason", "lost", "part"],
    )


def against(found: Iterable[Against]) -> pd.DataFrame:
    """Deals won and lost against each competitor that they name."""
    return pd.DataFrame(
        [
            {
                "competitor": each.competitor,
                "won": each.won,
                "lost": each.lost,
                "rate": each.won / (each.won + each.lost),
            }
            for each in found
        ],
        columns=["competitor", "won", "lost", "rate"],
    )


def discoveries(found: Iterable[Discovery], voice: Voice) -> pd.DataFrame:
    """One row per discovery, the newest first; `day` is a date."""
    return pd.DataFrame(
        [
            {
                "day": pd.Timestamp(each.day),
                "insight": each.insight or "",
                "kind": each.kind or "",
                "people": math.nan if each.people_heard is None else each.people_heard,
                "initiative": each.initiative or "",
                "state": plan_sentences.state(voice, each.state) if each.state else "",
            }
            for each in found
        ],
        columns=["day", "insight", "kind", "people", "initiative", "state"],
    )
