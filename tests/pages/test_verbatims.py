"""Verbatims by theme: what is told, and what never is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from metrics.access import LOCAL_CPO
from metrics.pages.verbatims import Verbatim, verbatims, without_people
from tests.small_workspace import SmallWorkspace, only

USUAL = frozenset("the export is slow it froze when we sent file to support a".split())  # noqa: SIM905
PRODUCTS = "product,name,line,stage,launched,vision,north_star,signup_event,activation_event\n"
SAID = (
    ["The export is slow"] * 3
    + ["The export is slow, ask Camille Durand", "slow! call 06 12 34 56 78 or a.b@c.fr", "Slow"]
    + ["Camille Lent"]
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The export is  slow\nwhen we sent it", "The export is slow when we sent it"),
        ("Camille sent the file to support when it froze",
         "[…] sent the file to support when it froze"),
        ("the file froze, Marc-Antoine Petit sent it to support",
         "the file froze, […] sent it to support"),
        ("mail me@firm.example when it is slow, the export froze",
         "mail […] when it is slow, the export froze"),
        ("it froze: https://x.example/u/42 is slow when we export",
         "it froze: […] is slow when we export"),
        ("The UX is slow", "The UX is slow"),
        ("DURAND", None),
        ("Paul Durand, Marie Petit", None),
    ],
)  # fmt: skip
def test_what_may_tell_a_person_is_left_out(text: str, told: str | None) -> None:
    assert without_people(text, USUAL) == told


def test_people_of_the_company_are_left_out_even_in_small_letters() -> None:
    told = without_people("the export is slow when rose petit sent it", USUAL, ["Rose Petit"])
    assert told == "the export is slow when […] sent it"


def company(folder: Path, keeps: str, said: list[str]) -> SmallWorkspace:
    made = SmallWorkspace(folder)
    header = PRODUCTS.strip() + ",keeps_verbatims\n"
    rows = "".join(
        f'{n},Anvil,2026-10-{n:02},"{text}",verbatim\n' for n, text in enumerate(said, 1)
    )
    with only("open_tickets"):
        made.import_files({
            "products.csv": f"{header}anvil,Anvil,,,,,,,,{keeps}\n",
            "feedback.csv": f"id,product,opened,text,kind\n{rows}",
        })  # fmt: skip
    return made


def told(made: SmallWorkspace) -> tuple[Verbatim, ...]:
    return verbatims(
        made.workspace, LOCAL_CPO, "anvil", "speed", date(2026, 10, 1), date(2026, 10, 31)
    )


def test_words_on_a_theme_are_counted_and_small_groups_have_none(tmp_path: Path) -> None:
    found = told(company(tmp_path / "many", "", SAID))
    assert found[0] == Verbatim("The export is slow", 3)
    everything = " ".join(each.text for each in found)
    for name in ("Camille", "Durand", "06 12", "a.b@c.fr"):
        assert name not in everything
    assert told(company(tmp_path / "few", "", SAID[:4])) == ()
    assert told(company(tmp_path / "none", "no", SAID)) == ()
