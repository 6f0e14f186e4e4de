"""Prepare, role owner, cap or cadence: on the sample company, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from metrics.access import LOCAL_CPO, Role, Viewer
from metrics.errors import VigieError
from metrics.pages.bearings import bearings
from metrics.pages.owner import may_see_owner, owner_page
from metrics.pages.portfolio import plans
from metrics.pages.preparation import preparation
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
    assert len(page.get("vega_lite_chart")) == 1
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


def test_key_results_are_changed_where_they_are_read(sample, monkeypatch):
    page = opened(monkeypatch, sample.workspace, "portfolio", lang="FR")
    page.button(key="change_result").click().run()
    assert not page.exception
    found = plans(sample.workspace, LOCAL_CPO).results
    assert len(page.selectbox(key="changed_result").options) == len(found)
    told = {each.label: each.value for each in page.number_input}
    assert told == {
        "Départ": found[0].planned.start_value, "Cible": found[0].planned.target_value,
    }  # fmt: skip


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


def test_who_is_both_pm_and_po_answers_for_what_either_does(sample, monkeypatch):
    from metrics.organisation import Ownership
    from metrics.pages import panel

    def with_a_hybrid(connection):
        known = load_organisation(connection)
        both = Ownership("balise-2", "PM/PO", "product", "oree", date(2024, 11, 18))
        return replace(known, ownerships=(*known.ownerships, both))

    monkeypatch.setattr(panel, "organisation_now", with_a_hybrid)
    found = owner_page(sample.workspace, LOCAL_CPO, "PM/PO:balise-2")
    assert [scope.key for scope in found.products] == ["oree"]
    of = {reading.kpi: reading.scope.key for cell in found.families for reading in cell.readings}
    assert of["mrr"] == "PM:balise-2"
    assert of["cycle_time_p85"] == "PO:balise-2"


def test_what_one_may_see_of_an_owner_opens_no_other(sample):
    from metrics.register.series import read_figures
    from metrics.result import Scope

    seen = Viewer("pm-sillon", Role.MEMBER, owners=("PM:pm-sillon",))
    with sample.workspace.register.connect() as connection:
        scopes = [Scope("owner", "PM:pm-sillon"), Scope("owner", "PM:pm-escale")]
        figures = read_figures(connection, seen, kpis=["mrr"], scopes=scopes)
        organisation = load_organisation(connection)
    assert {figure.scope.key for figure in figures} == {"PM:pm-sillon"}
    assert not may_see_owner(Viewer("pm-escale", Role.MEMBER), organisation, "pm-sillon", MONDAY)
    assert seen.key != Viewer("pm-sillon", Role.MEMBER).key


@pytest.mark.parametrize(
    ("home", "language", "said"),
    [
        ("prepare", "EN", "Week 46: 2 kinds of export are late; 1 of 2 review KPIs is complete"),
        ("prepare", "FR", "Semaine 46 : 2 types d’export sont en retard ; 1 KPI de la revue sur 2"),
        ("owner", "EN", "C. Morel · PM · Week 46"),
        ("owner", "FR", "C. Morel · PM · Semaine 46"),
        ("cap-or-cadence", "EN", "Atelier needs a clearer heading."),
        ("cap-or-cadence", "FR", "Atelier a besoin d’un cap plus clair."),
    ],
)
def test_the_pages_say_what_their_facts_say(play, home, language, said):
    page = play(home, lang=language)
    assert not page.exception
    assert not page.error
    assert said in " | ".join(texts(page))


def test_what_is_owed_stands_on_one_line_a_person_and_day(play):
    owed = play("prepare", lang="EN").dataframe[0].value
    assert [plain(text) for text in owed["due"]] == ["▼ 1 day late", "· in 3 days"]
    assert list(owed["what"]) == ["product events, users", "ledger lines"]
    shown = play("prepare", lang="FR").dataframe[1].value
    assert plain(shown["shown"][1]) == "◌ 4 sur 5 à jour"


def test_advice_and_vacancy_are_said(play):
    told = " | ".join(texts(play("cap-or-cadence", lang="EN")))
    assert "2 squads, 1 product for its PM, signs of strain: delays" in told
    assert "The roles are not both held." in told
    assert "Not placed, too few signs known: Balise." in told


def test_an_owner_sees_open_decisions_and_targets(play):
    page = play("owner", lang="EN")
    told = " | ".join(texts(page))
    assert "Atelier, Activation: Shorten the first screen. Back on 3 Dec 2026." in told
    assert "scope" in page.dataframe[0].value.columns


def test_pages_about_nobody_say_what_to_import(monkeypatch, workspace):
    for home, said in (("squad", "squads.csv"), ("owner", "ownerships.csv")):
        monkeypatch.setattr("dashboard.session.Session.is_empty", False)
        page = opened(monkeypatch, workspace, home, lang="EN")
        assert not page.exception
        assert said in " | ".join(texts(page))
