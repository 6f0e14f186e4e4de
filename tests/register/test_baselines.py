from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from metrics.access import LOCAL_CPO
from metrics.errors import VigieError
from metrics.register.baselines import acknowledge, acknowledged, shifts, withdraw
from metrics.register.tables import baselines
from metrics.result import Scope

ATELIER = Scope("product", "atelier")
SEEN, LATER = datetime(2026, 11, 9, 9), datetime(2026, 11, 16, 9)


def test_shifts_are_kept_told_and_withdrawn(register: sa.Engine) -> None:
    with register.begin() as connection:
        made = [
            acknowledge(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, since=day, at=SEEN)
            for day in (date(2026, 9, 7), date(2026, 3, 2))
        ]
        whole = acknowledge(
            connection, LOCAL_CPO, kpi="nps", scope=Scope("company", ""), since=date(2026, 5, 1),
            note=" New survey ",
        )  # fmt: skip
    assert whole.note == "New survey"
    with register.begin() as connection:
        assert acknowledged(connection, LOCAL_CPO) == [made[1], made[0], whole]
        assert shifts(connection)["mrr", ATELIER] == (date(2026, 3, 2), date(2026, 9, 7))
        withdraw(connection, LOCAL_CPO, made[0].id, at=LATER)
        assert shifts(connection)["mrr", ATELIER] == (date(2026, 3, 2),)
        assert acknowledged(connection, LOCAL_CPO, kpis=["mrr"]) == [made[1]]
        with pytest.raises(VigieError, match=f"No baseline {made[0].id} holds"):
            withdraw(connection, LOCAL_CPO, made[0].id)
        [row] = connection.execute(sa.select(baselines).where(baselines.c.id == made[0].id))
        assert (row.withdrawn_at, row.withdrawn_by) == (LATER, "local")


def test_the_same_period_is_acknowledged_once(register: sa.Engine) -> None:
    with register.begin() as connection:
        for note in ("first", "second"):
            acknowledge(
                connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, since=date(2026, 3, 2), note=note
            )
        assert [held.note for held in acknowledged(connection, LOCAL_CPO)] == ["second"]
        with pytest.raises(VigieError, match="may not set a baseline"):
            acknowledge(connection, LOCAL_CPO, kpi="mrr", scope=Scope("person", "x"),
                        since=date(2026, 3, 2))  # fmt: skip
