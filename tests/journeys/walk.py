"""Users' events with moments, in a warehouse in memory, for questions about their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from metrics import models
from metrics.access import LOCAL_CPO
from metrics.journeys import Session
from metrics.setting import Setting
from metrics.workspace import Settings
from tests.facts import CATALOGUE, MODELS, MONDAY, Facts, days

ZONE = ZoneInfo("Europe/Paris")
START = datetime(MONDAY.year, MONDAY.month, MONDAY.day)
LENGTH = 28  # days known

#: user, minutes after the start, event, country
Visit = tuple[int, int, str, str]
EVENTS = ("a", "b", "c", "x")


def visits(step: int = 1, users: int = 4, last: int = LENGTH * 24 * 60 - 61) -> st.SearchStrategy:
    """Lists of visits whose moments are multiples of `step` minutes, so that some coincide."""
    return st.lists(
        st.tuples(
            st.integers(1, users),
            st.integers(0, last // step).map(lambda count: count * step),
            st.sampled_from(EVENTS),
            st.sampled_from(["FR", "DE"]),
        ),
        min_size=1,
        max_size=40,
    )


def moment(visit: Visit) -> datetime:
    return START + timedelta(minutes=visit[1])


def session(rows: Sequence[Visit], settings: Settings | None = None) -> Session:
    """A session on the product 'anvil', its days known from the start for LENGTH days."""
    facts = Facts()
    facts.cover("events", ["anvil"], MONDAY, days(MONDAY, LENGTH)[-1])
    facts.insert(
        "landed_events",
        "source, stream, user_key, time, day, event, country",
        [
            # winter in Paris: UTC is one hour behind
            ("test", "anvil", row[0], moment(row) - timedelta(hours=1), moment(row).date(), row[2],
             row[3])
            for row in rows
        ],
    )  # fmt: skip
    facts.connection.execute(
        "insert into slices select distinct 1, 'events', source, stream, day from landed_events"
    )
    models.refresh(facts.connection, MODELS)
    setting = Setting.of(settings or Settings(), CATALOGUE, MODELS, facts.organisation, facts.spans)
    return Session(facts.connection, setting, ZONE, LOCAL_CPO)
