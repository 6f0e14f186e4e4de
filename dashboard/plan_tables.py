"""Plans as tables: the initiatives of a quarter, key results one by one."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dashboard import plan_sentences
from dashboard.voice import Voice
from metrics.pages.portfolio import KeyResultState, Planned
from metrics.result import Scope


def roadmap(found: Iterable[Planned], voice: Voice) -> pd.DataFrame:
    """Initiatives of a quarter; columns that say nothing are left out."""
    frame = pd.DataFrame(
        [
            {
                "title": each.initiative.title or each.initiative.initiative,
                "product": (
                    voice.name(Scope("product", each.initiative.product))
                    if each.initiative.product
                    else ""
                ),
                "state": plan_sentences.state(voice, each.initiative.state),
                "rice": None if each.initiative.rice is None else round(each.initiative.rice),
                "moscow": plan_sentences.moscow(voice, each.initiative.moscow),
                "target": plan_sentences.target(voice, each),
                "effect": plan_sentences.effect(voice, each.effect),
                "due": voice.format.date(each.initiative.due) if each.initiative.due else "",
                "slipped": plan_sentences.slipped(voice, each.slipped),
                "objective": each.initiative.objective or "",
            }
            for each in found
        ]
    )
    return frame[[name for name in frame.columns if name == "rice" or frame[name].any()]]


def key_results(found: Iterable[KeyResultState], voice: Voice) -> pd.DataFrame:
    """Key results one by one."""
    return pd.DataFrame(
        [
            {
                "objective": each.planned.objective or "",
                "product": (
                    voice.name(Scope("product", each.planned.product))
                    if each.planned.product
                    else voice.name(Scope("company", ""))
                ),
                "result": plan_sentences.result(voice, each),
                "pace": plan_sentences.pace(voice, each),
                "start": plan_sentences.amount(voice, each, each.planned.start_value),
                "current": plan_sentences.amount(voice, each, each.current),
                "target": plan_sentences.amount(voice, each, each.planned.target_value),
                "progress": None if each.progress is None else round(100 * each.progress),
                "expected": voice.format.percent(each.expected),
            }
            for each in found
        ]
    )
