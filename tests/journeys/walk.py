"""Users' events with moments, in a warehouse in memory, for questions about their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from metrics.access import LOCAL_CPO
from metrics.journeys import Session
from metrics.setting import Setting
from metrics.workspace import Settings
from tests.facts import CATALOGUE, MODELS, MONDAY, Facts, days

#: Events change with every question: a table of them would be made for one answer.
READ_THROUGH = {name: replace(model, materialised=False) for name, model in MODELS.items()}
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


@cache
def known() -> Facts:
    """A warehouse in which the days of the product 'anvil' are known for LENGTH days."""
    return Facts().cover("events", ["anvil"], MONDAY, days(MONDAY, LENGTH)[-1])


def session(rows: Sequence[Visit], settings: Settings | None = None) -> Session:
    """A session on the product 'anvil'; it holds until the next one, of other rows, is opened."""
    facts = known()
    facts.connection.execute("delete from landed_events")
    facts.connection.execute("delete from slices")
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
    setting = Setting.of(
        settings or Settings(), CATALOGUE, READ_THROUGH, facts.organisation, facts.spans
    )
    return Session(facts.connection, setting, ZONE, LOCAL_CPO)
