"""Several files that speak of the same days: which rows count, and what is told of those that do
not."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.calendar import Grain
from metrics.importing import remove
from metrics.importing.coverage import days_of
from metrics.importing.parts_left import known_anew, parts_of
from metrics.importing.report import CoverageSpan, FileReport
from metrics.organisation import Organisation, Product
from tests.office import Office

from .conftest import Desk

HEADER = "Event Name,Time,Distinct ID,Product\n"
JOB = datetime(2026, 4, 1, 8)
FEC = "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tEcritureLib\tDebit\tCredit\n"  # noqa: E501


def events(moments: Iterable[tuple[object, str]]) -> str:
    return HEADER + "".join(f"Open,{moment},{user},Alpha\n" for moment, user in moments)


def hours(first: datetime, last: datetime, user: str = "u") -> list[tuple[object, str]]:
    """One event an hour, both ends included."""
    count = (last - first) // timedelta(hours=1)
    return [(first + timedelta(hours=hour), f"{user}{hour}") for hour in range(count + 1)]


def counts(desk: Desk) -> dict[date, int]:
    return dict(desk.rows("select day, count(*) from events group by day order by day"))


def users(desk: Desk) -> int:
    [(count,)] = desk.rows("select count(distinct user_key) from events")
    return int(str(count))


def reasons(report: FileReport) -> set[str]:
    return {problem.reason for problem in report.problems} - {"column_missing"}


def known(report: FileReport) -> set[date]:
    return {
        span.start + timedelta(day)
        for span in report.coverage
        for day in range((span.end - span.start).days + 1)
    }


def test_a_rolling_export_that_begins_within_a_day_keeps_the_beginning_of_that_day(desk):
    full = hours(datetime(2026, 3, 2), datetime(2026, 3, 29, 23))
    desk.land("Mixpanel events 2026-03-30.csv", events(full))
    cut = [row for row in full if row[0] >= datetime(2026, 3, 16, 14, 30)]
    report = desk.land("Mixpanel events last 14 days 2026-03-31.csv", events(cut)).report
    assert set(counts(desk).values()) == {24}
    assert "partial_first_day" in reasons(report)
    assert date(2026, 3, 16) not in known(report)
    assert date(2026, 3, 17) in known(report)


@pytest.mark.parametrize("wrong", ["2062-03-01 10:00", "1970-01-01 00:00:03"])
def test_a_clock_that_was_wrong_makes_no_day_known(desk, wrong):
    """One such row had years of nothing known, and the review opened in 2062 on 0 users."""
    full = hours(datetime(2026, 3, 2), datetime(2026, 3, 29, 23))
    report = desk.land("Mixpanel events.csv", events([*full, (wrong, "u")])).report
    assert known(report) == {date(2026, 3, 2) + timedelta(day) for day in range(28)}
    assert report.period == (date(2026, 3, 2), date(2026, 3, 29))
    [told] = [each for each in report.problems if each.reason == "stray_days"]
    assert (told.rows, told.details["days"]) == (1, wrong[:10])
    assert report.rows.loaded == len(full) + 1


def test_a_figure_of_days_to_come_makes_none_of_them_known(desk):
    rows = "".join(f"visits,{month},Alpha,5\n" for month in ("2026-01", "2026-02", "2062-10"))
    report = desk.land("figures.csv", "metric,period,scope,value\n" + rows).report
    assert max(known(report)) == date(2026, 2, 28)


def test_what_a_rolling_export_says_otherwise_counts_from_its_first_row_on(desk):
    full = hours(datetime(2026, 3, 2), datetime(2026, 3, 8, 23))
    desk.land("Mixpanel events 2026-03-09.csv", events(full))
    cut = [(m, f"new {u}") for m, u in full if m >= datetime(2026, 3, 5, 14)][::2]
    desk.land("Mixpanel events 2026-03-10.csv", events(cut))
    found = counts(desk)
    assert found[date(2026, 3, 4)] == 24
    assert found[date(2026, 3, 5)] == 14 + 5
    assert found[date(2026, 3, 6)] == 12


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_months_in_another_zone_lose_nothing_at_their_edges(desk, order):
    """Files of whole UTC months, an event an hour, in a company of Paris."""
    months = [(1, 31), (2, 28), (3, 31)]
    for place in order:
        month, days = months[place]
        rows = hours(
            datetime(2026, month, 1, 0, 30), datetime(2026, month, days, 23, 30), f"{month}-"
        )
        zoned = [(f"{moment:%Y-%m-%dT%H:%M:%SZ}", user) for moment, user in rows]
        report = desk.land(f"events {month} 2026-0{month + 1}-20.csv", events(zoned)).report
        assert reasons(report) <= {"partial_last_day"}
        # The hour that a month holds of the next one's first day does not make that day known.
        assert max(known(report)) == date(2026, month, days)
    found = counts(desk)
    assert found[date(2026, 2, 1)] == found[date(2026, 3, 1)] == 24
    january = hours(datetime(2026, 1, 1, 0, 30), datetime(2026, 1, 31, 23, 30), "1-")
    again = [(f"{moment:%Y-%m-%dT%H:%M:%SZ}", user) for moment, user in january]
    desk.land("events 1 2026-05-28.csv", events(again))
    assert counts(desk) == found


def test_files_of_an_hour_each_make_a_day_in_any_order_and_jobs(desk):
    files = [
        (f"1234_2026-03-09_{hour}#0.json",
         "\n".join(
            f'{{"event_type":"Open","event_time":"2026-03-09 {hour:02}:{minute:02}:00",'
            f'"amplitude_id":{hour * 60 + minute},"app":"Alpha"}}'
            for minute in range(0, 60, 20)
         ))
        for hour in range(24)
    ]  # fmt: skip
    random.Random(7).shuffle(files)
    for number, (name, text) in enumerate(files):
        assert (
            desk.land(name, text, arrived_at=JOB + timedelta(number % 2)).report.status == "loaded"
        )
    assert sum(counts(desk).values()) == 72


def test_parts_of_an_export_that_came_together_all_count(desk):
    days = [date(2026, 3, 2) + timedelta(day) for day in range(28)]
    parts = [events((f"{day} {hour}:00:00", f"{user}{day}") for day in days for hour in (10, 12))
             for user in "uv"]  # fmt: skip
    for number, part in enumerate(parts):
        report = desk.land(f"part {number} 2026-04-01.csv", part, arrived_at=JOB).report
        assert (report.rows.replaced, reasons(report)) == (0, set())
    assert set(counts(desk).values()) == {4}
    assert users(desk) == 56

    # The very same part again changes nothing; an export of it anew replaces it and it alone.
    assert desk.land("part 1 2026-04-01.csv", parts[1]).report.status == "unchanged"
    anew = parts[1].replace(f"v{days[0]}", "w")
    report = desk.land("part 1 2026-04-08.csv", anew).report
    assert (report.rows.replaced, reasons(report)) == (2, set())
    assert set(counts(desk).values()) == {4}
    [(newest,)] = desk.rows("select max(import_id) from imports")
    # Without the first part nothing speaks for the second one's being a part: as ever, the newest
    # export of the same days counts.
    remove(desk.connection, 1)
    assert set(counts(desk).values()) == {2}
    remove(desk.connection, int(str(newest)))
    assert set(counts(desk).values()) == {2}


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_part_taken_back_takes_with_it_the_days_that_it_told(desk, gone):
    """What the others make known then is what they would have, had they come alone."""
    spoken = [("u", 2, 12, 9), ("v", 10, 16, 23), ("w", 16, 25, 23)]  # whose, from, to, last hour
    parts = [
        events(
            row
            for user in range(12)
            for row in hours(
                datetime(2026, 3, first, 1), datetime(2026, 3, last, hour), f"{who}{user}-"
            )
        )
        for who, first, last, hour in spoken
    ]

    def land(numbers: Iterable[int]) -> dict[int, tuple[CoverageSpan, ...]]:
        found = {}
        for number in numbers:
            report = desk.land(f"part {number}.csv", parts[number], arrived_at=JOB).report
            found[desk.last_id] = report.coverage
        return found

    rest = [number for number in range(3) if number != gone]
    expected = days_of(span for spans in land(rest).values() for span in spans)
    alone = desk.rows("select distinct stream, day from slices order by all")
    for import_id in range(1, desk.last_id + 1):
        remove(desk.connection, import_id)
    desk.imports.clear()
    before = land(range(3))
    undone = list(before)[gone]
    left = parts_of(desk.connection, undone)
    assert left == tuple(each for each in before if each != undone)
    remove(desk.connection, undone)
    anew = known_anew(desk.connection, desk.workspace, left, before)
    assert days_of(span for spans in anew.values() for span in spans) == expected
    assert desk.rows("select distinct stream, day from slices order by all") == alone
    assert days_of(span for spans in before.values() for span in spans) != expected


def test_two_exports_of_different_days_dropped_together_replace_one_another(desk):
    days = [date(2026, 3, 2) + timedelta(day) for day in range(6)]
    for exported in (8, 9):
        rows = events((f"{day} 10:00:00", f"u{exported}") for day in days)
        desk.land(f"Mixpanel events 2026-03-{exported:02}.csv", rows, arrived_at=JOB)
    assert set(counts(desk).values()) == {1}
    assert users(desk) == 1


def test_the_same_export_twice_in_one_job_counts_once(desk):
    rows = [(f"2026-03-{day:02} 10:00:00", f"u{day}") for day in range(2, 20)]
    desk.land("a 2026-04-01.csv", events(rows), arrived_at=JOB)
    report = desk.land("b 2026-04-01.csv", events(rows[:-1]), arrived_at=JOB).report
    assert (report.rows.unchanged, reasons(report)) == (17, set())
    assert sum(counts(desk).values()) == 18  # the older file reaches a day further


def test_an_unlike_export_of_another_job_replaces_and_is_told(desk):
    rows = [(f"2026-03-{day:02} 10:00:00", f"u{day}") for day in range(2, 20)]
    desk.land("events 2026-04-01.csv", events(rows))
    others = [(moment, f"v{user}") for moment, user in rows]
    report = desk.land("events b 2026-04-02.csv", events(others)).report
    assert report.rows.replaced == 18
    assert "unlike_rows_replaced" in reasons(report)
    assert set(counts(desk).values()) == {1}


def test_ledgers_of_two_companies_add_up_and_each_renews_itself(desk):
    def ledger(number: int, amount: int) -> str:
        return FEC + "".join(
            f"VE\tVentes\t{number}{month}\t2025{month:02}15\t706000\tx\tx\t0,00\t{amount},00\n"
            f"VE\tVentes\t{number}{month}\t2025{month:02}15\t411000\tx\tx\t{amount},00\t0,00\n"
            for month in range(1, 13)
        )

    def revenue() -> int:
        [(amount,)] = desk.rows("select sum(amount) from ledger where account like '7%'")
        return int(str(amount).partition(".")[0])

    desk.land("123456789FEC20251231.txt", ledger(1, 1000), arrived_at=JOB)
    desk.land("987654321FEC20251231.txt", ledger(2, 500), arrived_at=JOB)
    assert revenue() == 12 * 1500
    desk.land("987654321FEC20251231.txt", ledger(2, 600))
    assert revenue() == 12 * 1600
    remove(desk.connection, 1)
    assert revenue() == 12 * 600


def test_two_tools_of_one_profile_stand_beside_each_other(desk):
    moments = [f"2026-03-{day:02} 10:00:00" for day in range(2, 20)]
    posthog = "*.event,*.timestamp,*.distinct_id,product\n" + "".join(
        f"Open,{moment},web{n},Alpha\n" for n, moment in enumerate(moments)
    )
    amplitude = "event_type,event_time,amplitude_id,app\n" + "".join(
        f"Open,{moment},{n},Alpha\n" for n, moment in enumerate(moments)
    )
    desk.land("web 2026-04-01.csv", posthog)
    desk.land("mobile 2026-04-02.csv", amplitude)
    assert sum(counts(desk).values()) == 36
    desk.land("web 2026-04-03.csv", posthog.replace("web3,", "web4,"))
    assert sum(counts(desk).values()) == 36


def test_a_correction_of_an_older_period_counts_by_its_arrival(desk):
    year = [(f"{date(2026, 1, 1) + timedelta(day)} 10:00:00", f"u{user}")
            for day in range(120) for user in range(2)]  # fmt: skip
    january = [(f"2026-01-{day:02} 10:00:00", f"u{user}")
               for day in range(1, 32) for user in range(5)]  # fmt: skip
    desk.land("events year.csv", events(year))
    report = desk.land("events january corrected.csv", events(january)).report
    assert reasons(report) == set()
    assert counts(desk)[date(2026, 1, 15)] == counts(desk)[date(2026, 1, 1)] == 5
    assert counts(desk)[date(2026, 2, 1)] == 2


def test_rows_that_lose_to_a_newer_export_are_left_out_and_told(desk):
    """A file counts for its rows that count, on the day that the newer one cuts too."""

    def named(name: str, first: datetime, last: datetime) -> str:
        return HEADER + "".join(
            f"{name} {moment},{moment},u,Alpha\n" for moment, _ in hours(first, last)
        )

    newer = named("n", datetime(2026, 3, 5, 14), datetime(2026, 3, 9, 23))
    desk.land("events 2026-04-02.csv", newer)
    older = named("o", datetime(2026, 3, 2), datetime(2026, 3, 8, 20))
    report = desk.land("events 2026-04-01.csv", older).report
    told = {problem.reason: problem for problem in report.problems}["outdated_rows"]
    [(counting,)] = desk.rows("select count(*) from events where event like 'o%'")
    assert counting == 3 * 24 + 14
    assert (report.rows.loaded, report.rows.skipped) == (counting, report.rows.read - counting)
    assert (told.severity, told.rows, told.details["import_id"]) == (
        "skipped", report.rows.skipped, "1",
    )  # fmt: skip
    # Days that say the same are unchanged, whichever is the newer.
    days = list(range(2, 20))
    rows = events((f"2026-05-{day:02} 10:00:00", f"u{day}") for day in days)
    desk.land("events 2026-06-02.csv", rows)
    same = events([*((f"2026-05-{day:02} 10:00:00", f"u{day}") for day in days[:9]),
                   ("2026-05-05 10:00:00", "w")])  # fmt: skip
    report = desk.land("events 2026-06-01.csv", same).report
    assert (report.rows.loaded, report.rows.unchanged, report.rows.skipped) == (0, 8, 2)


made = st.tuples(
    st.integers(0, 3),  # the first hour, in steps of 9 from FIRST on
    st.integers(1, 4),  # how many such steps it lasts
    st.sampled_from("uv"),  # whose rows: files of other people share none
    st.integers(0, 2),  # the job that brings it
    st.integers(0, 1),  # the day that its name states, after all data
)


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(files=st.lists(made, min_size=2, max_size=4, unique=True), gone=st.sets(st.integers(0, 3)))
def test_parts_cut_days_and_jobs_leave_nothing_behind_when_undone(
    desk: Desk,
    files: list[tuple[int, int, str, int, int]],
    gone: set[int],
) -> None:
    """What counts, and all that is noted of it, is what the remaining files alone would give."""
    files = sorted(files, key=lambda file: file[3])

    def land(numbers: Iterable[int]) -> None:
        for number in numbers:
            begin, steps, user, job, stated = files[number]
            first = datetime(2026, 3, 2) + timedelta(hours=9 * begin)
            rows = hours(first, first + timedelta(hours=9 * steps), user)
            name = f"events {number} 2026-04-{1 + stated:02}.csv"
            desk.land(name, events(rows), arrived_at=JOB + timedelta(job))
            ids[number] = desk.last_id

    def noted() -> list[object]:
        return [
            sorted(map(str, desk.rows(query)))
            for query in (
                "select * from events",
                "select * exclude (import_id) from exports",
                "select dataset, source, stream, day, begins, ends from winning_slices",
                "select a.ordered_at, a.first_time, a.last_time, b.ordered_at, b.first_time, "
                "b.last_time from same_exports as s join exports as a on a.import_id = s.import_id "
                "join exports as b on b.import_id = s.other_id",
            )
        ]

    def clear() -> None:
        for import_id in range(1, desk.last_id + 1):
            remove(desk.connection, import_id)
        desk.imports.clear()

    ids: dict[int, int] = {}
    clear()
    land(number for number in range(len(files)) if number not in gone)
    expected = noted()
    clear()
    land(range(len(files)))
    for number in gone & ids.keys():
        remove(desk.connection, ids[number])
    assert noted() == expected


def test_the_figure_of_a_day_that_a_rolling_export_cuts_stays(tmp_path):
    office = Office(tmp_path / "office", Organisation(products=[Product("alpha", "Alpha")]))
    full = hours(datetime(2026, 3, 9), datetime(2026, 3, 22, 23))
    office.land("Mixpanel events 2026-03-23.csv", events(full))
    cut = [row for row in full if row[0] >= datetime(2026, 3, 13, 14, 30)]
    office.land("Mixpanel events 2026-03-24.csv", events(cut))
    figures = {each.period: each.value for each in office.ask("active_users", grain=Grain.DAY)}
    assert [figures[f"2026-03-{day}"] for day in (12, 13, 14)] == [24, 24, 24]
