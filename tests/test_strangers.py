"""Rows of the organisation that name what nobody knows."""

from __future__ import annotations

from datetime import date

from metrics.organisation import (
    NOT_OURS,
    Assignment,
    Name,
    Organisation,
    Ownership,
    Person,
    Product,
    Squad,
)
from metrics.strangers import backward, strangers, with_rows

DAY = date(2026, 1, 5)
KNOWN = Organisation(
    products=(Product("atelier", "Atelier", line="Studio"),),
    squads=(Squad("dune", "Dune"),),
    people=(Person("morel", "Claire Morel"),),
    assignments=(Assignment("dune", "atelier", DAY),),
    ownerships=(
        Ownership("morel", "PM", "product", "atelier", DAY),
        Ownership("morel", "CPO", "company", "", DAY),
        Ownership("morel", "Head", "line", "Studio", DAY),
    ),
    names=(
        Name("product", "jira", "OLD", NOT_OURS),
        Name("person", "*", "C. Morel", "morel"),
        Name("account", "stripe", "mixpanel", "mixpanel"),
    ),
)


def test_what_is_known_is_no_stranger() -> None:
    assert strangers(KNOWN) == []
    assert backward(KNOWN) == {}


def test_each_stranger_is_told_with_what_is_known() -> None:
    wrong = Organisation(
        products=KNOWN.products,
        squads=KNOWN.squads,
        people=KNOWN.people,
        assignments=(Assignment("dune", "ateler", DAY, date(2026, 1, 4)),) * 2,
        ownerships=(
            Ownership("ghost", "PM", "produit", "atelier", DAY),
            Ownership("morel", "PM", "line", "Studios", DAY),
        ),
        names=(Name("projet", "jira", "A", "atelier"), Name("squad", "jira", "B", "dunes")),
    )
    told = {(each.table, each.column, each.key): each for each in strangers(wrong)}
    assert told.keys() == {
        ("assignments", "product", "ateler"),
        ("names", "kind", "projet"),
        ("names", "target", "dunes"),
        ("ownerships", "person", "ghost"),
        ("ownerships", "target", "Studios"),
        ("ownerships", "target_kind", "produit"),
    }
    assert told["assignments", "product", "ateler"].rows == 2
    assert told["assignments", "product", "ateler"].choices == ("atelier",)
    assert told["ownerships", "target", "Studios"].choices == ("Studio",)
    assert backward(wrong) == {"assignments": [DAY, DAY]}


def test_rows_of_a_file_that_is_looked_at_are_known_to_the_others() -> None:
    row = {"squad": "nord", "product": "atelier", "start": DAY, "end": None}
    looked_at = with_rows(KNOWN, "assignments", [row])
    assert [each.key for each in strangers(looked_at)] == ["nord"]
    assert strangers(with_rows(looked_at, "squads", [{"squad": "nord", "name": "Nord"}])) == []
    company = {"person": "morel", "role": "CPO", "target_kind": "company", "target": None}
    assert strangers(with_rows(KNOWN, "ownerships", [company | {"start": DAY}])) == []
    assert with_rows(KNOWN, "targets", [{"kpi": "mrr"}]) is KNOWN
