"""What counts depends only on the imports that remain, whatever was imported and undone, in any
order: tables and views are hashed, for each of the three ways in which a re-import behaves."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.importing import remove
from metrics.importing.dataset import DATASETS, Behaviour

from .conftest import Desk

FIRST = date(2026, 3, 2)
#: Export days by import id: drawn once, since undone ones keep theirs.
MOST = 4


def events(days: Sequence[int], users: int) -> str:
    """Rows without an id: a file replaces the days it covers, alike rows kept as often as told."""
    rows = [
        f"Open,{FIRST + timedelta(day)} 10:00:00,u{user},{('Alpha', 'Beta')[user % 2]}"
        for day in days
        for user in range(users)
        for _ in range(1 + (user + day) % 2)
    ]
    return "Event Name,Time,Distinct ID,Product\n" + "\n".join(rows) + "\n"


def items(keys: Sequence[int], step: int) -> str:
    """Rows with an id, in versions."""
    states = ("To Do", "In Progress", "Done")
    rows = [
        f"COR-{key},Item {key},{states[(key + step) % 3]},{states[(key + step) % 3]},Story,COR,"
        f"02/Mar/26 9:00 AM,{step + 3:02}/Mar/26 9:00 AM"
        for key in keys
    ]
    header = "Issue key,Summary,Status,Status Category,Issue Type,Project key,Created,Updated\n"
    return header + "\n".join(rows) + "\n"


def shares(months: Sequence[int], value: int) -> str:
    """A tool's own figures: the newest per metric, scope and date."""
    rows = [f"signups,Alpha,2026-{month + 1:02}-01,month,{value + month}" for month in months]
    return "metric,product,period,grain,value\n" + "\n".join(rows) + "\n"


MADE = {
    Behaviour.SLICES: ("Mixpanel events", "events", events),
    Behaviour.VERSIONS: ("Jira", "work_items", items),
    Behaviour.AGGREGATES: ("observations", "observations", shares),
}
files = st.tuples(
    st.lists(st.integers(0, 7), min_size=1, max_size=6, unique=True),  # days, items or months
    st.integers(1, 4),  # users, step or value
    st.integers(0, 5),  # when it was exported, in days after all data
)


def told(desk: Desk, dataset: str) -> str:
    """A digest of what counts: the landed rows without their import, and each view over them."""
    views = {
        "events": ("events",),
        "work_items": ("work_items", "work_item_versions", "work_item_labels"),
        "observations": ("observations",),
    }[dataset]
    sha = hashlib.sha256()
    for view in views:
        rows = sorted(map(str, desk.rows(f"select * from {view}")))  # noqa: S608 - a view of ours
        sha.update("\n".join(rows).encode())
    landed = desk.rows(f"select * exclude (import_id) from {DATASETS[dataset].table}")  # noqa: S608
    sha.update("\n".join(sorted(map(str, landed))).encode())
    days = desk.rows("select dataset, source, stream, day from winning_slices")
    sha.update("\n".join(sorted(map(str, days))).encode())
    return sha.hexdigest()


@pytest.mark.parametrize("behaviour", list(MADE), ids=[each.value for each in MADE])
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    made=st.lists(files, min_size=2, max_size=MOST),
    gone=st.sets(st.integers(0, MOST - 1), min_size=1),
    order=st.randoms(use_true_random=False),
)
def test_what_counts_follows_from_the_imports_that_remain(
    desk: Desk, behaviour: Behaviour, made: list[tuple[list[int], int, int]], gone: set[int],
    order: object,
) -> None:  # fmt: skip
    name, dataset, write = MADE[behaviour]
    named = [
        (f"{name} {number} 2026-03-{15 + exported:02}.csv", write(parts, size))
        for number, (parts, size, exported) in enumerate(made)
    ]
    gone = {number for number in gone if number < len(named)}
    clear(desk)
    for number, (file, text) in enumerate(named):
        if number not in gone:
            desk.land(file, text)
    expected = told(desk, dataset)

    clear(desk)
    waiting = list(range(len(named)))
    order.shuffle(waiting)  # type: ignore[attr-defined]
    waiting.sort(key=lambda number: made[number][2])  # of one moment, the last imported counts
    if any(made[a][2] == made[b][2] for a in range(len(made)) for b in range(a)):
        waiting = list(range(len(named)))
    ids = {}
    for number in waiting:
        landed = desk.land(*named[number])
        if landed.report.status == "loaded":
            ids[number] = desk.last_id
    undone = [number for number in gone if number in ids]
    order.shuffle(undone)  # type: ignore[attr-defined]
    for number in undone:
        remove(desk.connection, ids[number])
        desk.imports = {key: each for key, each in desk.imports.items() if each != ids[number]}
    if len({text for _, text in named}) == len(named):  # the very same file twice is one import
        assert told(desk, dataset) == expected


def clear(desk: Desk) -> None:
    for import_id in range(1, desk.last_id + 1):
        remove(desk.connection, import_id)
    desk.imports.clear()
