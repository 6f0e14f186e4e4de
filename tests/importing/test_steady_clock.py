"""Adding a stretch's seconds says what the time zone's calendar says, for every moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from sqlglot import exp

from metrics.engines import open_facts
from metrics.importing.steady_clock import steady_clock
from metrics.importing.values import prepare

#: Changes at night, at midnight, of half an hour, none, a whole day left out, twice around a month.
ZONES = (
    "Europe/Paris", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia",
    "Africa/Casablanca", "America/Sao_Paulo", "UTC",
)  # fmt: skip
FIRST, LAST = datetime(2010, 12, 20, 7), datetime(2013, 1, 5, 13)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(open_facts(None)) as opened:
        yield opened


@pytest.mark.parametrize("zone", ZONES)
def test_the_clock_says_what_the_calendar_says(
    connection: duckdb.DuckDBPyConnection, zone: str
) -> None:
    prepare(connection, ZoneInfo(zone), "EUR", b"")
    clock = steady_clock(connection, FIRST, LAST)
    assert clock is not None
    moment = exp.column("moment")
    query = (
        exp.select("count(*)", "count_if(fast <> slow)", "count_if(fast_day <> slow_day)")
        .from_(
            exp.select(
                clock.utc_of(moment).as_("fast"),
                exp.func("local_to_utc", moment).as_("slow"),
                clock.local_of(moment).as_("fast_day"),
                exp.func("utc_to_local", moment).as_("slow_day"),
            )
            .from_("(select unnest(generate_series(?, ?, interval 7 minute)) as moment)")
            .subquery("told")
        )
        .sql("duckdb")
    )
    edge = timedelta(5)
    [(moments, wrong, wrong_days)] = connection.execute(
        query, [FIRST - edge, LAST + edge]
    ).fetchall()
    assert moments > 150_000
    assert (wrong, wrong_days) == (0, 0)


def test_a_zone_without_changes_is_one_stretch(connection: duckdb.DuckDBPyConnection) -> None:
    prepare(connection, ZoneInfo("Asia/Kolkata"), "EUR", b"")
    clock = steady_clock(connection, FIRST, LAST)
    assert clock is not None
    [stretch] = clock.to_utc
    assert stretch.seconds == -19_800
    assert stretch.start <= FIRST
    assert stretch.end > LAST


def test_very_many_years_are_left_to_the_calendar(connection: duckdb.DuckDBPyConnection) -> None:
    prepare(connection, ZoneInfo("Europe/Paris"), "EUR", b"")
    assert steady_clock(connection, datetime(1980, 1, 1), LAST) is None
