"""A squad as tables: the products it serves, the people in it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dashboard import sentences
from dashboard.reading_tables import owner_names
from dashboard.voice import Voice
from metrics.pages.squad import Member, Served


def served(found: Iterable[Served], voice: Voice) -> pd.DataFrame:
    """The products of a squad."""
    return pd.DataFrame(
        [
            {
                "name": voice.name(each.product),
                "since": voice.format.date(each.since),
                "owners": owner_names(each.owners),
                "shared": ", ".join(voice.name(squad) for squad in each.shared_with),
            }
            for each in found
        ]
    )


def members(found: Iterable[Member], voice: Voice) -> pd.DataFrame:
    """The people of a squad as they come."""
    return pd.DataFrame(
        [
            {
                "name": each.name,
                "roles": ", ".join(sentences.role(voice, role) for role in each.roles),
                "since": voice.format.date(each.since),
            }
            for each in found
        ]
    )
