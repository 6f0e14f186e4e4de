"""What has come of each kind of data, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

import pandas as pd

from dashboard import coverage_sentences, definition_sentences, sentences
from dashboard.voice import Voice
from metrics.pages.freshness import DatasetState


def coverage(found: Iterable[DatasetState], voice: Voice) -> pd.DataFrame:
    """One row per kind of data, in the order given."""

    def day(known: date | None) -> str:
        return voice.format.date(known) if known else ""

    def moment(known: datetime | None) -> str:
        """A file whose name says its day and no hour was exported on that day."""
        if known is None:
            return ""
        told = sentences.local(voice, known)
        return day(told.date()) if told.time() == time() else voice.format.moment(told)

    return pd.DataFrame(
        [
            {
                "dataset": definition_sentences.dataset(voice, each.dataset),
                "state": coverage_sentences.state(voice, each.state),
                "sources": coverage_sentences.sources(voice, each),
                "until": day(each.until),
                "expected": day(each.expected),
                "on_time": coverage_sentences.on_time(each),
                "gaps": len(each.gaps),
                "imported": moment(each.last_import),
                "kpis": coverage_sentences.readers(voice, each, 1),
            }
            for each in found
        ]
    )
