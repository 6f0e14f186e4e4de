"""What is owed before a review, and what it would show, as tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from dashboard import preparing_sentences, sentences
from dashboard.voice import Voice
from metrics.pages.preparation import Owed
from metrics.reading import Reading


def owed(found: Iterable[Owed], voice: Voice, today: date) -> pd.DataFrame:
    """Exports owed, in the order given: those of the same people for the same day on one line."""
    groups: dict[tuple[date, str], list[Owed]] = {}
    for each in found:
        groups.setdefault((each.due, preparing_sentences.owner(voice, each)), []).append(each)
    return pd.DataFrame(
        [
            {
                "due": preparing_sentences.due(voice, group[0], today),
                "by": voice.format.date(due, year=due.year != today.year),
                "owner": owner,
                "what": _listed(preparing_sentences.topic(voice, each) for each in group),
                "scope": _listed(each.name for each in group),
                "tool": _listed(preparing_sentences.tool(voice, each) for each in group),
                "since": voice.format.near(min(each.since for each in group), today),
            }
            for (due, owner), group in groups.items()
        ]
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(name for name in names if name))


def would_show(found: Iterable[Reading], voice: Voice, today: date) -> pd.DataFrame:
    """Review KPIs with how complete they are."""
    return pd.DataFrame(
        [
            {
                "kpi": voice.label(each.kpi),
                "shown": preparing_sentences.shown(voice, each, today),
                "value": sentences.value(voice, each),
                "period": sentences.period(voice, each.figure) if each.figure else "",
            }
            for each in found
        ]
    )
