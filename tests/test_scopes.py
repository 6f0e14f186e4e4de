from __future__ import annotations

from datetime import date

import pytest

from metrics.calendar import Calendar, Grain
from metrics.organisation import Organisation, Ownership, Product
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


def test_a_hybrid_pm_po_owns_both_roles() -> None:
    both = Organisation(
        products=(Product("anvil", "Anvil"),),
        ownerships=(Ownership("ada", "PM/PO", "product", "anvil", date(2026, 1, 1)),),
    )
    owners = [scope for scope in all_scopes(both) if scope.kind == "owner"]
    assert [scope.key for scope in owners] == ["PM:ada", "PO:ada"]
    for owner in owners:
        assert members_of(both, owner, "product", date(2026, 2, 1)) == {"anvil"}
