"""What a rehearsal tells of KPIs: here, which of them wait for data."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from metrics.catalogue import load_catalogue
from metrics.rehearsal import without_data


def _waiting(*brought: str) -> dict[str, tuple[str, ...]]:
    setting = SimpleNamespace(coverage=SimpleNamespace(datasets=frozenset(brought)))
    return without_data(cast(Any, setting), load_catalogue())


def test_either_of_two_kinds_of_data_is_enough():
    alone = _waiting("events")
    assert "signups" not in alone  # told by the users, else by their events
    assert "mrr" in alone
    assert "users or events" in _waiting("responses")["signups"]
