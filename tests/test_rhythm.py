"""How often sources send files, and what is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from metrics.importing.report import CoverageSpan, RowCounts
from metrics.register.ledger import AppliedSpan, ImportRecord
from metrics.rhythm import WEEKS_SHOWN, states

TODAY = date(2026, 11, 23)  # a Monday


def record(number: int, day: date, tool: str = "jira", dataset: str = "work_items") -> ImportRecord:
    moment = datetime.combine(day, datetime.min.time())
    return ImportRecord(
        number, "x.csv", "", tool, tool, dataset, 1.0, moment, "applied", RowCounts(), (), (),
        None, None, moment, "me", None, None,
    )  # fmt: skip


def span(number: int, start: date, end: date) -> AppliedSpan:
    return AppliedSpan(CoverageSpan("work_items", "jira", "A", start, end), number, datetime.min)


def test_a_weekly_source_that_stopped_is_late():
    days = [TODAY - timedelta(12 + 7 * back) for back in range(4)]
    [state] = states([record(n, day) for n, day in enumerate(days)], [], TODAY, UTC)
    assert (state.expected, state.days_ago, state.late, state.imports) == ("weekly", 12, 3, 4)


def test_a_file_of_a_morning_is_of_that_day_where_the_company_is():
    east = [record(1, TODAY - timedelta(7))]  # at midnight in London, an hour later in Paris
    [state] = states(east, [], TODAY, ZoneInfo("Europe/Paris"))
    assert state.days_ago == 7
    midnight_in_paris = replace(east[0], observed_at=east[0].observed_at - timedelta(hours=1))
    [state] = states([midnight_in_paris], [], TODAY, ZoneInfo("Europe/Paris"))
    assert (state.days_ago, state.last) == (7, TODAY - timedelta(7))


def test_one_on_time_is_not_late_and_the_late_come_first():
    weekly = [record(n, TODAY - timedelta(3 + 7 * n)) for n in range(3)]
    monthly = [record(10 + n, TODAY - timedelta(50 + 30 * n), "fec", "ledger") for n in range(3)]
    found = states([*weekly, *monthly], [], TODAY, UTC)
    assert [(state.tool, state.expected, state.late) for state in found] == [
        ("fec", "monthly", 12),
        ("jira", "weekly", 0),
    ]


def test_few_files_and_files_that_follow_changes_have_no_rhythm():
    two = [record(n, TODAY - timedelta(60 + 7 * n)) for n in range(2)]
    names = [record(9, TODAY - timedelta(300), "organisation", "names")]
    found = {
        state.tool: (state.expected, state.late) for state in states([*two, *names], [], TODAY, UTC)
    }
    assert found == {"jira": ("irregular", 0), "organisation": ("once", 0)}


def test_weeks_are_known_in_part_not_at_all_or_not_yet():
    monday = TODAY - timedelta(21)
    spans = [
        span(1, monday, monday + timedelta(6)),
        span(1, monday + timedelta(14), monday + timedelta(16)),
    ]
    [state] = states([record(1, TODAY)], spans, TODAY, UTC)
    assert len(state.weeks) == WEEKS_SHOWN
    assert state.weeks[-5:] == (None, 1.0, 0.0, round(3 / 7, 4), None)
