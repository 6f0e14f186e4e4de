"""The KPI dictionary as a table."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dashboard import definition_sentences, sentences
from dashboard.glossary import FAMILIES
from dashboard.voice import Voice
from metrics.pages.dictionary import Entry


def definitions(entries: Iterable[Entry], voice: Voice) -> pd.DataFrame:
    """The KPI dictionary, one row per KPI, family by family."""
    language = voice.words.language
    families = list(FAMILIES)
    return pd.DataFrame(
        [
            {
                "kpi": entry.kpi.label[language],
                "family": voice.words.say(FAMILIES[entry.kpi.family]),
                "meaning": entry.kpi.meaning[language],
                "better": definition_sentences.better(voice, entry.kpi),
                "cadence": definition_sentences.grain(voice, entry.kpi.cadence),
                "owner": sentences.role(voice, entry.kpi.owner_role),
                "data": definition_sentences.data(voice, entry),
            }
            for entry in sorted(entries, key=lambda entry: families.index(entry.kpi.family))
        ]
    )
