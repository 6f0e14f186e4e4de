"""The two sides of a product as tables: outlooks, funnels, themes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from dashboard import side_sentences
from dashboard.voice import Voice
from metrics.by_member import ThemeShare
from metrics.catalogue.kpi import Text, Unit
from metrics.documents import FunnelTable
from metrics.outlook import Outlook


def outlooks(found: Iterable[Outlook], voice: Voice, *, scopes: bool = False) -> pd.DataFrame:
    """Where each KPI will stand at a period's end, beside what was wanted; empty columns go."""
    frame = pd.DataFrame(
        [
            {
                "kpi": voice.label(each.kpi),
                "scope": voice.name(each.scope) if scopes else "",
                "period": voice.format.period(each.period),
                "actual": amount(each.kpi, each.actual, voice),
                "landing": amount(each.kpi, each.landing, voice),
                "range": voice.format.between(voice.catalogue[each.kpi].unit, each.low, each.high),
                "prior_year": amount(each.kpi, each.prior_year, voice),
                "target": amount(each.kpi, each.target, voice),
                "budget": amount(each.kpi, each.budget, voice),
                "verdict": side_sentences.verdict(voice, each),
            }
            for each in found
        ]
    )
    return frame[[name for name in frame.columns if frame[name].any()]]


def amount(kpi: str, value: float | None, voice: Voice) -> str:
    """A short figure; nothing where there is none."""
    return "" if value is None else voice.format.short(voice.catalogue[kpi].unit, value)


def funnel(found: FunnelTable, voice: Voice) -> pd.DataFrame:
    """One row per step: users, their part of those who entered, and the usual time to get there."""
    entered = found.steps[0].users
    return pd.DataFrame(
        [
            {
                "step": step.event,
                "users": step.users,
                "part": (part := step.users / entered if entered else None),
                "bar": part,
                "time": (
                    ""
                    if step.median_seconds is None
                    else voice.format.short(Unit.HOURS, step.median_seconds / 3600)
                ),
            }
            for step in found.steps
        ]
    )


def themes(found: Iterable[ThemeShare], labels: Mapping[str, Text], voice: Voice) -> pd.DataFrame:
    """Themes with their shares."""
    return pd.DataFrame(
        [
            {
                "theme": (
                    labels[each.theme][voice.words.language] if each.theme in labels else each.theme
                ),
                "share": each.share,
                "bar": each.share,
                "change": (
                    voice.format.points(Unit.RATE, each.share - each.previous)
                    if each.previous is not None
                    else ""
                ),
                "count": each.verbatims,
            }
            for each in found
        ]
    )
