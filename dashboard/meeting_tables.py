"""What a meeting looks at in tables: initiatives that slip, objectives against their pace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from dashboard.meeting_sentences import progress_period, slipped
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.pages.portfolio import EXPECTED, PROGRESS, Holding
from metrics.pages.slipping import Slip
from metrics.result import Scope

PACES = {"ahead": mark("▲ ahead"), "behind": mark("▼ behind"), "on_pace": mark("· on pace")}


def slips(found: Iterable[Slip], voice: Voice) -> pd.DataFrame:
    """One row per initiative: what, whose, when it is due and by how much that slips."""
    return pd.DataFrame(
        [
            {
                "title": each.initiative.title or each.initiative.initiative,
                "product": voice.name(Scope("product", each.initiative.product or "")),
                "due": voice.format.date(each.initiative.due),
                "slip": f"▼ {slipped(voice, each)}",
                "objective": each.initiative.objective or "",
            }
            for each in found
        ],
        columns=["title", "product", "due", "slip", "objective"],
    )


def objectives(found: Sequence[Holding], voice: Voice) -> pd.DataFrame:
    """One row per product with objectives: progress, what the date asks for, and which is more;
    the company first, then what is most behind."""
    rows = []
    ordered = sorted(found, key=lambda each: (each.scope.kind != "company", each.ahead or 0.0))
    for each in ordered if PROGRESS in voice.catalogue else ():
        unit = voice.catalogue[PROGRESS].unit
        if each.value(PROGRESS) is None:
            continue
        rows.append(
            {
                "name": voice.name(each.scope),
                "progress": voice.format.exact(unit, each.value(PROGRESS)),
                "expected": voice.format.exact(unit, each.value(EXPECTED)),
                "pace": pace(voice, each),
                "period": progress_period(voice, each),
            }
        )
    return pd.DataFrame(rows, columns=["name", "progress", "expected", "pace", "period"])


def pace(voice: Voice, found: Holding) -> str:
    """ "▼ behind (−12 points)"; empty where nothing says what the date asks for."""
    if found.pace is None or found.ahead is None:
        return ""
    points = voice.format.points(voice.catalogue[PROGRESS].unit, found.ahead)
    return f"{voice.words.say(PACES[found.pace])} ({points})"
