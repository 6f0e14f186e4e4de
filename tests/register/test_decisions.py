from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from metrics.access import LOCAL_CPO
from metrics.errors import VigieError
from metrics.register.decisions import decide, open_decisions
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
