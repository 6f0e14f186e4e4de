"""Product events: as many as asked, in bounded blocks, silent on the days of the outage."""

import csv
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from sample_data import story
from sample_data.events import Company, company_of, scale_for, write
from sample_data.population import BLOCK
from sample_data.timeline import WEEKS, Timeline
from tests.sample_workspace import EVENTS

TIMELINE = Timeline()


def rows_of(paths: Iterable[Path]) -> int:
    return sum(path.read_bytes().count(b"\n") - 1 for path in paths)


def test_size_is_what_was_asked_within_five_percent(folder: Path, tmp_path: Path) -> None:
    few = write(tmp_path, TIMELINE, company_of(TIMELINE, 46, 8_000), lambda _share: None)
    assert rows_of(few) == pytest.approx(8_000, rel=0.05)
    assert rows_of(folder.glob("Mixpanel events*.csv")) == pytest.approx(EVENTS, rel=0.05)


def test_nothing_was_recorded_during_the_outage_and_only_then(folder: Path) -> None:
    days: Counter[str] = Counter()
    others: set[str] = set()
    for path in folder.glob("Mixpanel*.csv"):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                if row["Product"] == "Passerelle":
                    days[row["Time"][:10]] += 1
                elif row["Product"] == "Sillon":
                    others.add(row["Time"][:10])
    silent = {day.isoformat() for day in story.outage_days(TIMELINE)}
    assert silent == {"2026-06-09", "2026-06-10", "2026-06-11", "2026-06-12"}
    assert not silent & days.keys()
    assert silent <= others
    assert days["2026-06-08"] > 0
    assert days["2026-06-15"] > 0


def test_files_carry_whole_days_and_no_local_time_that_does_not_exist(folder: Path) -> None:
    seen: set[str] = set()
    for path in sorted(folder.glob("Mixpanel*.csv")):
        with path.open(newline="") as file:
            times = [row["Time"] for row in csv.DictReader(file)]
        days = {time[:10] for time in times}
        assert not days & seen
        seen |= days
        assert all("06:00:00" <= time[11:] <= "23:59:59" for time in times)


def test_users_sign_up_once_and_before_they_activate(folder: Path) -> None:
    signups: dict[str, str] = {}
    activations: dict[str, str] = {}
    for path in sorted(folder.glob("Mixpanel*.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                if row["Event Name"] == "Account Created":
                    assert row["Distinct ID"] not in signups
                    signups[row["Distinct ID"]] = row["Time"]
                elif row["Event Name"] == "First Expense Approved":
                    activations[row["Distinct ID"]] = row["Time"]
    assert len(activations) > 100
    assert all(signups[user] < time for user, time in activations.items())


def test_some_people_use_two_products(folder: Path) -> None:
    products: dict[str, set[str]] = {}
    for path in folder.glob("Mixpanel*.csv"):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                products.setdefault(row["Distinct ID"], set()).add(row["Product"])
    shared = sum(len(used) > 1 for used in products.values())
    assert 0.03 < shared / len(products) < 0.35


def test_a_week_is_made_in_blocks_whatever_the_size() -> None:
    scale = scale_for(20_000_000, TIMELINE, 46)
    company = Company(TIMELINE, 46, scale)
    assert int(company.populations["escale"].first_user[-1]) > BLOCK
    tracemalloc.start()
    rows = sum(table.num_rows for table in company.tables(WEEKS - 1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows > 150_000
    assert peak < 250 * 2**20
