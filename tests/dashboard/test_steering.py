"""Prepare, role owner, cap or cadence: on the sample company, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.access import LOCAL_CPO, Role, Viewer
from metrics.bearings import bearings
from metrics.errors import VigieError
from metrics.owner_page import may_see_owner, owner_page
from metrics.preparation import preparation
from metrics.register.organisation import load_organisation
from tests.dashboard.test_app import opened
from tests.dashboard.test_pages import plain, texts

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(("language", "needs"), [("EN", "Needs"), ("FR", "A besoin")])
def test_cap_or_cadence_shows_every_product_and_the_signs_of_one(
    sample, monkeypatch, language, needs
):
    page = opened(
        monkeypatch, sample.workspace, "cap-or-cadence", lang=language, product="Clairière"
    )
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1
    table, heading, pace = (page.dataframe[at].value for at in range(3))
    found = bearings(sample.workspace, LOCAL_CPO)
    assert list(table["name"]) == [each.name for each in found.products]
    assert (len(heading), len(pace)) == (6, 5)
    shown = next(each for each in found.products if each.product.key == "clairiere")
    assert f"{100 * shown.pace.value:.0f} %" in plain(table["pace"][0])
    told = " | ".join(texts(page))
    assert "Clairière" in told
    assert "Orée" in told  # not placed: too few signs


@pytest.mark.parametrize("language", ["EN", "FR"])
def test_prepare_says_who_owes_what_and_what_the_review_would_show(sample, monkeypatch, language):
    page = opened(monkeypatch, sample.workspace, "prepare", lang=language)
    assert not page.exception
    found = preparation(sample.workspace, LOCAL_CPO, today=MONDAY)
    assert found.week.key == "2026-W47"
    owed = {(each.dataset, each.scope.key): each for each in found.owed}
    events = owed["events", "sillon"]
    assert [person.key for person in events.owners] == ["pm-sillon"]
    assert (events.since, events.due) == (date(2026, 11, 16), date(2026, 11, 22))
    assert events.late(MONDAY) == 1
    assert events.late(date(2026, 11, 22)) == 0
    # Accounts of October were due on 10 November and are there: they are not owed on Monday.
    assert not [each for each in found.owed if each.dataset == "ledger" and each.late(MONDAY) > 0]
    assert found.complete < len(found.review)


@pytest.mark.parametrize(("language", "role"), [("EN", "Role owner"), ("FR", "Responsable")])
def test_a_role_owner_sees_what_they_answer_for(sample, monkeypatch, language, role):
    page = opened(monkeypatch, sample.workspace, "owner", lang=language, owner="PM:balise-2")
    assert not page.exception
    assert plain(page.header[0].value).startswith("Lucie Pontcarré · PM · ")
    told = " | ".join(texts(page))
    assert "Orée" in told
    found = owner_page(sample.workspace, LOCAL_CPO, "PM:balise-2")
    assert [scope.key for scope in found.products] == ["oree"]
    assert {r.scope.key for cell in found.families for r in cell.readings} == {"PM:balise-2"}


def test_a_role_that_ended_is_dated(sample):
    found = owner_page(sample.workspace, LOCAL_CPO, "PM:pm-lancement", week="2026-W20")
    assert [(each.target.key, each.end) for each in found.held] == [
        ("clairiere", date(2026, 5, 31))
    ]
    assert [scope.key for scope in found.products] == ["clairiere"]
    assert owner_page(sample.workspace, LOCAL_CPO, "PM:pm-lancement").products == ()


def test_a_role_owner_s_figures_are_for_them_their_managers_and_the_cpo(sample):
    owner = "PM:pm-sillon"
    theirs = Viewer("pm-sillon", Role.MEMBER)
    found = owner_page(sample.workspace, theirs, owner)
    assert any(cell.readings for cell in found.families)
    assert any(cell.readings for cell in owner_page(
        sample.workspace, Viewer("cpo", Role.MEMBER), owner
    ).families)  # fmt: skip
    with pytest.raises(VigieError, match="their managers and the CPO"):
        owner_page(sample.workspace, Viewer("pm-escale", Role.MEMBER), owner)
    with pytest.raises(VigieError, match="no role owner named"):
        owner_page(sample.workspace, LOCAL_CPO, "PM:nobody")


def test_what_one_may_see_of_an_owner_opens_no_other(sample):
    from metrics.register.series import read_figures
    from metrics.result import Scope

    seen = Viewer("pm-sillon", Role.MEMBER, owner="PM:pm-sillon")
    with sample.workspace.register.connect() as connection:
        scopes = [Scope("owner", "PM:pm-sillon"), Scope("owner", "PM:pm-escale")]
        figures = read_figures(connection, seen, kpis=["mrr"], scopes=scopes)
        organisation = load_organisation(connection)
    assert {figure.scope.key for figure in figures} == {"PM:pm-sillon"}
    assert not may_see_owner(Viewer("pm-escale", Role.MEMBER), organisation, "pm-sillon", MONDAY)
    assert seen.key != Viewer("pm-sillon", Role.MEMBER).key
