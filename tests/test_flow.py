"""A squad's published flow agrees with the delivery KPIs, and with plain counting over rows."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from metrics.access import LOCAL_CPO
from metrics.flow import DAYS, Flow, flow_frames, read_flow
from metrics.query import query
from tests.facts import Facts

UNTIL = date(2026, 3, 29)
FIRST = date(2025, 12, 1)


def flow_of(sample, squad: str) -> Flow:
    with sample.workspace.register.connect() as connection:
        found = read_flow(connection, LOCAL_CPO, squad)
    assert found is not None
    return found


@pytest.mark.parametrize("squad", ["amarre", "boussole", "foc"])
def test_the_flow_says_what_the_kpis_say(sample, squad):
    found = flow_of(sample, squad)
    week = found.until - timedelta(found.until.weekday())
    values = {
        figure.kpi: figure
        for figure in query(
            sample.workspace, LOCAL_CPO, ["wip", "blocked_items", "throughput"], by="squad",
            since=week, until=found.until,
        )
        if figure.scope.key == squad and figure.end == found.until
    }  # fmt: skip
    assert values["wip"].value == len(found.in_progress)
    assert values["blocked_items"].value == sum(item.blocked for item in found.in_progress)
    assert values["throughput"].value == sum(item.day >= week for item in found.finished)


def test_the_sprint_is_the_one_that_say_do_judges(sample):
    found = flow_of(sample, "amarre").sprint
    (figure,) = [
        each
        for each in query(
            sample.workspace, LOCAL_CPO, ["sprint_predictability"], by="squad", grain="sprint"
        )
        if each.scope.key == "amarre" and (each.start, each.end) == (found.start, found.end)
    ]
    assert found.kept / found.committed == pytest.approx(figure.value)
    assert found.done >= found.for_objectives


def test_piles_are_counts_of_rows_day_by_day():
    rng = random.Random(7)
    facts = Facts().cover("work_items", ["north"], FIRST, UNTIL)
    rows, spans = [], []
    for number in range(60):
        created = FIRST + timedelta(rng.randrange(100))
        started = created + timedelta(rng.randrange(1, 12)) if rng.random() < 0.7 else None
        done = started + timedelta(rng.randrange(9)) if started and rng.random() < 0.6 else None
        if (started or created) > UNTIL or (done and done > UNTIL):
            continue
        category = "done" if done else "doing" if started else "todo"
        changed = done or started
        rows.append(
            ("test", datetime(2026, 3, 30), f"i{number}", "north", "Story", category,
             category, created, started, done, changed, [], [], [])
        )  # fmt: skip
        spans.append((category, created, started, done))
    facts.insert(
        "landed_work_items",
        "source, observed_at, item_id, stream, type, status, status_category, "
        "created_day, started_day, done_day, category_changed_day, sprints, labels, blocked_by",
        rows,
    )
    (frame,) = flow_frames(facts.connection, facts.setting)
    found = TypeAdapter(Flow).validate_json(frame["body"][0])
    assert found.until == UNTIL
    assert len(found.piles) == DAYS
    # One export: what it shows has held since the item was written.
    for pile in found.piles:
        counts = {
            category: sum(c == category and created <= pile.day for c, created, _, _ in spans)
            for category in ("todo", "doing", "done")
        }
        assert (pile.waiting, pile.doing) == (counts["todo"], counts["doing"])
    assert Counter((item.day, item.cycle_days) for item in found.finished) == Counter(
        (done, (done - started).days)
        for _, _, started, done in spans
        if done and done >= UNTIL - timedelta(DAYS - 1)
    )
    assert Counter((item.since, item.age) for item in found.in_progress) == Counter(
        (started, (UNTIL - started).days) for c, _, started, _ in spans if c == "doing"
    )
