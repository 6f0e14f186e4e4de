from __future__ import annotations

from datetime import date

import pytest

from metrics.calendar import Calendar, Grain
from metrics.result import Scope
from metrics.scopes import all_scopes, members_of, scope_sets
from tests.facts import ORGANISATION

BEFORE, AFTER = date(2026, 1, 31), date(2026, 2, 28)


@pytest.mark.parametrize(
    ("scope", "kind", "day", "members"),
    [
        (("company", ""), "product", BEFORE, {"anvil", "bellows", "crucible"}),
        (("line", "tools"), "product", BEFORE, {"anvil", "bellows"}),
        (("line", "tools"), "squad", AFTER, {"north", "south"}),
        (("product", "bellows"), "squad", BEFORE, {"north"}),
        (("product", "bellows"), "squad", AFTER, {"south"}),
        (("squad", "north"), "product", BEFORE, {"anvil", "bellows"}),
        (("squad", "north"), "product", AFTER, {"anvil"}),
        (("owner", "PM:ada"), "product", BEFORE, {"anvil", "bellows"}),
        (("owner", "PM:ada"), "product", AFTER, {"anvil"}),
        (("owner", "PM:bob"), "product", BEFORE, set()),
        (("owner", "PM:bob"), "squad", AFTER, {"south"}),
    ],
)
def test_a_scope_stands_for_what_it_held_on_that_day(scope, kind, day, members):
    assert members_of(ORGANISATION, Scope(*scope), kind, day) == members


def test_each_distinct_set_is_kept_once_however_many_scopes_hold_it():
    months = Calendar().periods(Grain.MONTH, BEFORE, AFTER)
    found = scope_sets(ORGANISATION, all_scopes(ORGANISATION), "product", months)
    assert len(set(found.sets)) == len(found.sets)
    tools = found.scopes.index(Scope("line", "tools"))
    ada = found.scopes.index(Scope("owner", "PM:ada"))
    assert found.held[ada].tolist() != found.held[tools].tolist()
    assert found.held[ada, 0] == found.held[tools, 0]
