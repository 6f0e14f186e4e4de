"""Cap or cadence as tables: products with their scores, signs with what they rest on."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dashboard import bearing_sentences
from dashboard.voice import Voice
from metrics.pages.bearings import Bearing
from metrics.pages.signs import Sign


def bearings(found: Iterable[Bearing], voice: Voice) -> pd.DataFrame:
    """Products with their two scores and who holds PM and PO."""
    return pd.DataFrame(
        [
            {
                "name": each.name,
                "heading": bearing_sentences.score(voice, each.heading),
                "pace": bearing_sentences.score(voice, each.pace),
                "needs": voice.words.say(bearing_sentences.NEEDS[each.quadrant]),
                "people": bearing_sentences.people(voice, each.pm, each.po),
            }
            for each in found
        ]
    )


def signs(found: Iterable[Sign], voice: Voice) -> pd.DataFrame:
    """Signs with what they rest on and where they are met."""
    return pd.DataFrame(
        [
            {
                "state": bearing_sentences.state(voice, sign),
                "sign": bearing_sentences.name(voice, sign),
                "evidence": bearing_sentences.evidence(voice, sign),
                "rule": bearing_sentences.rule(voice, sign),
            }
            for sign in found
        ]
    )
