"""What a count of users moved by, from rows of events to the sentence of a review."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.catalogue import load_catalogue
from metrics.explaining.because import because
from metrics.explaining.movements import MOVEMENT, SIGNS, by_movements, movements_of
from metrics.pages.review import weekly_review
from metrics.result import Figure, Scope
from tests.facts import MONDAY, Facts
from tests.made_up_review import publish, series

CATALOGUE = load_catalogue()
COMPANY = Scope("company", "")
USERS = CATALOGUE["active_users"]
MOVES = movements_of(USERS, CATALOGUE)
WEEKS = 6
LAST = MONDAY + timedelta(7 * WEEKS - 1)

events = st.lists(
    st.tuples(
        st.sampled_from(("anvil", "bellows")),
        st.integers(1, 7),
        st.integers(0, 7 * WEEKS - 1).map(lambda day: MONDAY + timedelta(day)),
        st.just("look"),
    ),
    min_size=1,
    max_size=50,
)


def test_the_movements_of_a_count_are_those_of_the_same_facts() -> None:
    assert MOVES == {
        "new": "new_users",
        "resurrected": "resurrected_users",
        "churned": "churned_users",
    }
    for name in ("new_users", "mrr", "stickiness", "rolling_active_users", "signups"):
        assert movements_of(CATALOGUE[name], CATALOGUE) == {}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events)
@pytest.mark.parametrize("by", ["company", "product"])
def test_who_came_and_who_left_sum_to_the_change_between_any_two_weeks(
    by: str, rows: list[tuple[str, int, date, str]]
) -> None:
    facts = Facts().cover("events", ("anvil", "bellows"), MONDAY, LAST).events(rows)
    told = facts.ask("active_users", *MOVES.values(), by=by, grain=Grain.WEEK)
    users: dict[Scope, list[Figure]] = defaultdict(list)
    for figure in told:
        if figure.kpi == "active_users" and figure.closed:
            users[figure.scope].append(figure)
    assert users
    for scope, figures in users.items():
        own = {"anvil", "bellows"} & {scope.key} or {"anvil", "bellows"}
        active = {
            f.start: {u for p, u, day, _ in rows if p in own and f.start <= day <= f.end}
            for f in figures
        }
        for at, before in enumerate(figures):
            for after in figures[at + 1 :]:
                found = by_movements(MOVES, before, after, told)
                assert found is not None
                assert found.change == len(active[after.start]) - len(active[before.start])
                if after.start == before.start + timedelta(7):
                    left = len(active[before.start] - active[after.start])
                    changes = {d.member.key: d.change for d in found.drivers}
                    assert changes["churned"] == -left


def moved(start: date, **amounts: float) -> list[Figure]:
    """The movements of one week."""
    return [
        Figure(MOVES[each], COMPANY, "week", "", start, start + timedelta(6), amounts[each])
        for each in SIGNS
    ]


def count(start: date, value: float) -> Figure:
    return Figure("active_users", COMPANY, "week", "", start, start + timedelta(6), value)


def test_nothing_is_told_of_movements_that_are_not_known_or_do_not_tie() -> None:
    first, second = MONDAY + timedelta(7), MONDAY + timedelta(14)
    before, after = count(MONDAY, 100), count(second, 70)
    both = moved(first, new=10, resurrected=5, churned=20) + moved(
        second, new=5, resurrected=0, churned=30
    )
    found = by_movements(MOVES, before, after, both)
    assert found is not None
    assert [(d.member, d.change) for d in found.drivers] == [
        (Scope(MOVEMENT, "churned"), -50.0),
        (Scope(MOVEMENT, "new"), 15.0),
        (Scope(MOVEMENT, "resurrected"), 5.0),
    ]
    assert by_movements(MOVES, before, after, both[3:]) is None  # a week lacks
    assert by_movements(MOVES, before, after, both[1:]) is None  # and a movement of one
    assert by_movements(MOVES, before, replace(after, value=71), both) is None
    unknown = [replace(both[0], value=None, reason="gap"), *both[1:]]
    assert by_movements(MOVES, before, after, unknown) is None
    still_open = [*both[:5], replace(both[5], closed=False)]
    assert by_movements(MOVES, before, after, still_open) is None


def test_the_sentence_says_who_in_both_languages() -> None:
    week = MONDAY + timedelta(7)
    found = by_movements(
        MOVES, count(MONDAY, 100), count(week, 85),
        moved(week, new=10, resurrected=5, churned=30),
    )  # fmt: skip
    assert found is not None
    said = because(USERS, found, {})
    assert said.en == (
        "Of −15, −30 from those who left, +10 from newcomers, +5 from those who came back."
    )
    assert said.fr.replace("\u00a0", " ") == (
        "Sur −15, −30 pour ceux qui sont partis, +10 pour les nouveaux venus, "
        "+5 pour ceux qui sont revenus."
    )


def test_a_subject_of_active_users_says_who_left(tmp_path: Path) -> None:
    swings = [(-1) ** week * 10.0 for week in range(104)]
    users = [4000.0 + swing for swing in swings]
    users[-1] = 3400.0
    changes = [after - before for before, after in pairwise(users)]
    figures = series("active_users", COMPANY, users)
    figures += series("new_users", COMPANY, [100.0] * 103)
    figures += series("resurrected_users", COMPANY, [50.0] * 103)
    figures += series("churned_users", COMPANY, [150.0 - change for change in changes])
    (subject,) = weekly_review(publish(tmp_path / "left", figures), LOCAL_CPO).subjects
    lead = next(
        r for r in (subject.reading, *subject.also) if r.kpi in ("active_users", "churned_users")
    )
    assert lead.kpi == "active_users"
    assert subject.dimension == MOVEMENT
    assert sum(driver.change for driver in subject.drivers) == 3400 - users[-2]
    assert subject.because is not None
    assert "from those who left" in subject.because.en
    assert "pour ceux qui sont partis" in subject.because.fr
