"""Which initiatives slip, against the roadmap's dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from metrics.access import LOCAL_CPO
from metrics.pages.slipping import Slip, slipping, slips
from metrics.result import Scope
from metrics.roadmap import Initiative
from tests.made_up_review import publish

TODAY = date(2026, 11, 17)


def initiative(key: str, first: date | None, due: date | None, **more: object) -> Initiative:
    known: dict[str, object] = dict.fromkeys(
        ("reach", "impact", "confidence", "effort", "rice", "moscow", "target_kpi",
         "expected_effect", "objective", "origin", "shipped", "review", "link")
    )  # fmt: skip
    known |= {"title": key, "product": "atelier", "squad": "nord", "state": "planned"} | more
    return Initiative(initiative=key, first_due=first, due=due, **known)  # type: ignore[arg-type]


def told(found: tuple[Slip, ...]) -> list[tuple[str, int, int]]:
    return [(each.initiative.initiative, each.late, each.moved) for each in found]


def test_what_is_past_due_or_was_moved_slips_the_soonest_due_first() -> None:
    soon, later, past = date(2026, 12, 1), date(2027, 1, 4), date(2026, 11, 7)
    known = [
        initiative("moved", soon, later),
        initiative("late", past, past),
        initiative("both", date(2026, 10, 8), past),
        initiative("due today", TODAY, TODAY),
        initiative("on time", soon, soon),
        initiative("brought forward", later, soon),
        initiative("never promised", None, soon),
        initiative("no date", None, None),
        initiative("shipped late", past, past, shipped=TODAY),
        initiative("dropped", past, past, state="dropped"),
    ]
    assert told(slips(known, TODAY)) == [("both", 10, 30), ("late", 10, 0), ("moved", 0, 34)]


def test_slips_can_be_narrowed_to_products_and_squads() -> None:
    past = date(2026, 11, 7)
    known = [
        initiative("a", past, past),
        initiative("b", past, past, product="balise", squad="sud"),
        initiative("c", past, past, product=None, squad=None),
    ]
    for scope, expected in (
        (Scope("product", "atelier"), ["a"]), (Scope("squad", "sud"), ["b"]),
        (Scope("product", "x"), []),
    ):  # fmt: skip
        found = slips(known, TODAY, [scope])
        assert [each.initiative.initiative for each in found] == expected


def test_without_data_nothing_slips(tmp_path: Path) -> None:
    assert slipping(publish(tmp_path / "none", []), LOCAL_CPO) == ()
