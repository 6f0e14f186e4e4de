"""Which open decision a new one is like."""

from __future__ import annotations

from datetime import datetime

import pytest

from metrics.pages.alike import alike
from metrics.register.decisions import Decision
from metrics.result import Scope

ATELIER, BALISE = Scope("product", "atelier"), Scope("product", "balise")


def held(what: str, number: int = 1, status: str = "open") -> Decision:
    return Decision(
        number, "activation_rate", ATELIER, what, "", "", None, datetime(2026, 11, 9), "local",
        status=status,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "like"),
    [
        ("Roll back the new onboarding form.", "We roll the onboarding forms back", True),
        ("Simplifier le formulaire d'inscription.", "On simplifie les formulaires", True),
        ("Simplifier le formulaire d'inscription.", "Recruter un designer pour Nord", False),
        ("Roll back the new onboarding form.", "Call ten customers who left", False),
        ("Roll back.", "Wait.", False),
        ("Rollback", "rollback", True),
        ("…", "…", False),
    ],
)
def test_decisions_of_one_kpi_or_scope_are_alike_by_half_their_words(
    first: str, second: str, like: bool
) -> None:
    for scope in (ATELIER, BALISE):  # the same KPI is enough
        found = alike(second, "activation_rate", scope, [held(first)])
        assert bool(found) == like, found
    assert bool(alike(second, "mrr", ATELIER, [held(first)])) == like  # and so is the same scope


def test_about_something_else_nearly_the_same_words_are_asked_for() -> None:
    known = [held("Roll back the new onboarding form.")]
    assert not alike("Roll the price form back", "mrr", BALISE, known)
    (same,) = alike("Roll back the onboarding form", "mrr", BALISE, known)
    assert same.decision == known[0]
    assert same.share == 1


def test_the_likest_comes_first_and_closed_ones_and_itself_do_not() -> None:
    known = [
        held("Rework the onboarding form and its emails", 1),
        held("Rework the onboarding form", 2),
        held("Rework the onboarding form", 3, "closed"),
        held("Rework the onboarding form", 4),
    ]
    found = alike("Rework onboarding form", "activation_rate", ATELIER, known, but=4)
    assert [each.decision.id for each in found] == [1, 2]
