from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from metrics.access import LOCAL_CPO, Role, Viewer
from metrics.errors import VigieError
from metrics.register.decisions import (
    all_decisions,
    change,
    close,
    decide,
    decision,
    history,
    open_decisions,
    reopen,
)
from metrics.result import Scope

ATELIER = Scope("product", "atelier")


def test_decisions_are_kept_and_found(register: sa.Engine) -> None:
    with register.begin() as connection:
        first = decide(
            connection,
            LOCAL_CPO,
            kpi="mrr",
            scope=ATELIER,
            what=" Keep the price. ",
            owner="c-morel",
            review_on=date(2026, 12, 1),
            at=datetime(2026, 11, 9, 9),
        )
        second = decide(
            connection,
            LOCAL_CPO,
            kpi="nps",
            scope=Scope("company", ""),
            what="Call ten accounts.",
            at=datetime(2026, 11, 16, 9),
        )
    assert first.what == "Keep the price."
    with register.connect() as connection:
        assert open_decisions(connection, LOCAL_CPO) == [second, first]
        assert open_decisions(connection, LOCAL_CPO, kpis=["mrr"]) == [first]
        assert open_decisions(connection, LOCAL_CPO, scopes=[ATELIER]) == [first]
        since = datetime(2026, 11, 10)
        assert open_decisions(connection, LOCAL_CPO, since=since) == [second]
        assert open_decisions(connection, LOCAL_CPO, until=since) == [first]


def test_a_decision_needs_words_and_a_scope_in_sight(register: sa.Engine) -> None:
    with register.begin() as connection:
        with pytest.raises(VigieError, match="needs words"):
            decide(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="  ")
        with pytest.raises(VigieError, match="may not decide"):
            decide(connection, LOCAL_CPO, kpi="mrr", scope=Scope("person", "x"), what="No.")
        assert open_decisions(connection, LOCAL_CPO) == []


def test_a_change_is_a_version_beside_those_before(register: sa.Engine) -> None:
    taken, later = datetime(2026, 11, 9, 9), datetime(2026, 11, 16, 9)
    other = Viewer("c-morel", Role.CPO)
    with register.begin() as connection:
        made = decide(
            connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="Keep the price.",
            towards=1, expected="+3 %", at=taken,
        )  # fmt: skip
    with register.begin() as connection:
        changed = change(
            connection, other, made.id, seen=1, what="Raise the price.", note="New data", at=later
        )
        assert (changed.what, changed.expected, changed.version) == ("Raise the price.", "+3 %", 2)
        done = close(connection, LOCAL_CPO, made.id, seen=2, note="It worked.", at=later)
        assert open_decisions(connection, LOCAL_CPO) == []
        assert all_decisions(connection, LOCAL_CPO) == [done]
        again = reopen(connection, other, made.id, seen=3, at=later)
        assert open_decisions(connection, LOCAL_CPO) == [again]
    with register.connect() as connection:
        told = history(connection, LOCAL_CPO, made.id)
    assert [(each.version, each.what, each.status, each.changed_by) for each in told] == [
        (1, "Keep the price.", "open", ""),
        (2, "Raise the price.", "open", "c-morel"),
        (3, "Raise the price.", "closed", "local"),
        (4, "Raise the price.", "open", "c-morel"),
    ]
    assert {each.decided_by for each in told} == {"local"}


def test_of_two_who_change_a_decision_the_second_is_told(register: sa.Engine) -> None:
    with register.begin() as connection:
        made = decide(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="Keep the price.")
    with register.begin() as connection:
        change(connection, Viewer("c-morel", Role.CPO), made.id, seen=1, why="Churn")
    with register.begin() as connection:
        with pytest.raises(VigieError, match="changed meanwhile by c-morel"):
            close(connection, LOCAL_CPO, made.id, seen=1)
        assert decision(connection, LOCAL_CPO, made.id).why == "Churn"


def test_two_at_the_very_same_time_leave_one_change(register: sa.Engine) -> None:
    with register.begin() as connection:
        made = decide(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="Keep the price.")

    def write(name: str) -> bool:
        try:
            with register.begin() as connection:
                change(connection, Viewer(name, Role.CPO), made.id, seen=1, why=name)
        except VigieError:
            return False
        return True

    names = [f"person {number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(write, names))
    with register.connect() as connection:
        told = history(connection, LOCAL_CPO, made.id)
    assert done.count(True) == len(told) - 1 == 1
    assert told[-1].why == names[done.index(True)]


def test_actions_carry_out_a_decision_and_are_not_counted_as_one(register: sa.Engine) -> None:
    with register.begin() as connection:
        made = decide(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="Keep the price.")
        action = decide(
            connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="Tell sales.", kind="action",
            part_of=made.id,
        )  # fmt: skip
        assert open_decisions(connection, LOCAL_CPO) == [made]
        assert open_decisions(connection, LOCAL_CPO, kind="action") == [action]
        assert {each.id for each in open_decisions(connection, LOCAL_CPO, kind=None)} == {1, 2}
        with pytest.raises(VigieError, match="There is no decision 9"):
            decide(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="?", part_of=9)
        with pytest.raises(VigieError, match="kind of decision"):
            decide(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="?", kind="wish")
        with pytest.raises(VigieError, match="expected direction"):
            decide(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="?", towards=2)
