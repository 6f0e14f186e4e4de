"""Figures that were reported otherwise before, as a table and as a download."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from dashboard import sentences
from dashboard.spreadsheet import as_csv
from dashboard.voice import Voice
from metrics.pages.restatements import Changed

COLUMNS = ("kpi", "scope", "period", "was", "now", "cause", "when")
WHAT = "what"  # on a phone, all that names a change in one cell


def changes(found: Iterable[Changed], voice: Voice) -> pd.DataFrame:
    """One row per change, in words, in the order given."""
    frame = pd.DataFrame(
        [
            {
                "kpi": voice.label(each.kpi),
                "scope": voice.name(each.scope),
                "period": voice.format.period(each.period),
                "was": voice.format.exact(voice.catalogue[each.kpi].unit, each.was),
                "now": voice.format.exact(voice.catalogue[each.kpi].unit, each.now),
                "cause": sentences.cause(voice, each.cause, each.detail),
                "when": (voice.format.moment(sentences.local(voice, each.at)) if each.at else ""),
            }
            for each in found
        ],
        columns=list(COLUMNS),
    )
    frame[WHAT] = frame["kpi"] + " · " + frame["scope"] + " · " + frame["period"]
    return frame


def export(found: Sequence[Changed]) -> bytes:
    """The changes with exact numbers, as CSV: the columns of `vigie kpi restatements`, and the
    grain."""
    frame = pd.DataFrame([each.as_row() for each in found])
    if len(frame):
        grains = [str(each.period.grain) for each in found]
        frame.insert(list(frame.columns).index("period"), "grain", grains)
    return as_csv(frame)
