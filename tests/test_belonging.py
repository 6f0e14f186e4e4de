"""Whom tools' words stand for: suggested, said once, and corrected without importing again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from metrics.access import LOCAL_CPO
from metrics.account_natures import account_natures
from metrics.belonging import Owner, Word, newcomers, owners, suggested, words_in_use, words_of
from metrics.change import Change
from metrics.importing.report import FileReport, ImportOptions, RowCounts
from metrics.job import Job, Outcome
from metrics.organisation import NOT_OURS, Name, Organisation, Person, Product, Squad, SquadRate
from metrics.query import query
from metrics.references import people_names
from metrics.register import migrate
from metrics.register.organisation import load_organisation
from metrics.workspace import Workspace
from tests.small_workspace import STEPS, Silent, only

COMPANY = Organisation(
    products=[Product("atelier", "Atelier"), Product("balise", "Balise")],
    squads=[Squad("dune", "Dune"), Squad("rivage", "Rivage")],
    people=[Person("p1", "Claire Morel"), Person("p2", "Paul Petit", "paul@x.fr")],
    names=[Name("product", "mixpanel", "atl-prod", "atelier")],
)


@pytest.mark.parametrize(
    ("word", "kinds", "key"),
    [
        ("Atelier iOS", ("product",), "atelier"),
        ("ATE", ("product", "squad"), "atelier"),
        ("atl-prod-eu", ("product",), "atelier"),
        ("Squad Dune", ("squad",), "dune"),
        ("Morel Claire", ("person",), "p1"),
        ("Chrome", ("product", "squad"), None),
        ("411000", ("product",), None),
        ("at", ("product",), None),
    ],
)
def test_suggestions_are_near_or_none(word, kinds, key):
    found = suggested(word, COMPANY, kinds)
    assert (found.key if found else None) == key


def test_two_as_near_are_no_suggestion():
    twins = Organisation(products=[Product("a", "Atelier Nord"), Product("b", "Atelier Sud")])
    assert suggested("Atelier", twins, ("product",)) is None


def test_a_word_that_is_none_of_ours_is_not_asked_about_again():
    said = COMPANY.named([Name("product", "statcounter", "Chrome", NOT_OURS)])
    assert said.place("product", "statcounter", "chrome") is None
    assert said.answered(("product", "squad"), "statcounter", "Chrome")
    assert not said.answered(("product",), "jira", "Chrome")
    assert not COMPANY.answered(("product",), "statcounter", "Chrome")


def test_a_later_name_takes_the_place_of_an_earlier_one():
    said = COMPANY.named([Name("product", "mixpanel", "atl-prod", "balise")])
    assert said.place("product", "mixpanel", "ATL-prod ") == "balise"
    assert len(said.names) == len(COMPANY.names)


def test_a_person_s_other_name_is_theirs_even_where_two_bear_it():
    twins = Organisation(
        people=[Person("p1", "Ana Ruiz"), Person("p2", "Ana Ruiz")],
        names=[Name("person", "*", "Ana  Ruiz", "p2"), Name("person", "*", "Anita", "gone")],
    )
    assert dict(people_names(twins)) == {"p1": "p1", "p2": "p2", "ana ruiz": "p2"}


def run(job: Job) -> Outcome:
    """The job in this process, for one KPI."""
    with only("active_users"):
        return Change(job, STEPS, Silent()).run()


def report(tool: str, dataset: str, **streams: int) -> FileReport:
    return FileReport(
        file="x", tool=tool, profile="", dataset=dataset, confidence=1, status="loaded",
        rows=RowCounts(), streams=dict(streams), unknown_streams=tuple(streams),
    )  # fmt: skip


def test_accounts_of_shared_cost_are_not_asked_for():
    accounts = report("fec", "ledger", **{"706100": 4, "611000": 3, "641100": 2, "613200": 1})
    assert [word.word for word in words_of([accounts], COMPANY, account_natures())] == [
        "706100",
        "611000",
        "641100",
    ]
    rated = replace(COMPANY, squad_rates=(SquadRate("dune", 9000.0, date(2026, 1, 1)),))
    assert [word.word for word in words_of([accounts], rated, account_natures())] == [
        "706100",
        "611000",
    ]


def test_a_word_may_be_a_new_product_with_a_key_of_its_own():
    word = Word("mixpanel", "Élan Côté", ("product", "squad"), 3, ("events",))
    assert newcomers(word, COMPANY) == [
        Owner("product", "elan-cote", "Élan Côté"), Owner("squad", "elan-cote", "Élan Côté")
    ]  # fmt: skip
    taken = replace(word, word="ATELIER!", kinds=("product",))
    assert newcomers(taken, COMPANY) == [Owner("product", "atelier-2", "ATELIER!")]
    assert newcomers(replace(word, word="706100"), COMPANY) == []
    assert newcomers(replace(word, kinds=("person",)), COMPANY) == []
    founded = COMPANY.named(word.stands_for(newcomers(word, COMPANY)[0]))
    assert founded.place("product", "mixpanel", "élan côté") == "elan-cote"
    assert founded.products[-1] == Product("elan-cote", "Élan Côté")
    assert list(founded.squads) == list(COMPANY.squads)


def test_one_file_alone_has_figures_once_its_name_is_a_product(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "mixpanel.csv"
    path.write_text(events(), "utf-8")
    place = str(workspace.path)
    assert run(Job("import", place, "me", files=(str(path),))).status == "done"
    assert query(workspace, LOCAL_CPO, ["active_users"], by="product") == []
    [word] = words_in_use(workspace)
    with workspace.register.connect() as connection:
        [new] = newcomers(word, load_organisation(connection))
    done = run(Job("names", place, "me", names=word.stands_for(new)))
    assert done.status == "done", done.problem
    [word] = words_in_use(workspace)
    assert word.owner == Owner("product", "atl-eu", "atl-eu")
    found = query(workspace, LOCAL_CPO, ["active_users"], by="product")
    assert {f.value for f in found if f.closed and f.grain == "week"} == {12.0}


def test_words_of_files_are_asked_once_with_the_rows_they_have():
    reports = [
        report("jira", "work_items", ATE=5, DUN=2),
        report("jira", "sprints", DUN=1),
        report("fec", "ledger", **{"411000": 9, "706100": 3}),
    ]
    words = words_of(reports, COMPANY, account_natures())
    assert [(word.source, word.word, word.rows) for word in words] == [
        ("jira", "ATE", 5), ("fec", "706100", 3), ("jira", "DUN", 3),
    ]  # fmt: skip
    assert words[2].suggestion == Owner("squad", "dune", "Dune")
    assert words[2].datasets == ("work_items", "sprints")
    assert [owner.key for owner in owners(COMPANY, ("squad",))] == ["dune", "rivage"]


PRODUCTS = "product,name\natelier,Atelier\nbalise,Balise\n"
FIRST = date(2026, 10, 5)


def events() -> str:
    rows = ["Event Name,Time,Distinct ID,Product"]
    for day in range(14):
        moment = datetime.combine(FIRST + timedelta(day), datetime.min.time())
        rows += [f"Open,{moment.replace(hour=10)},u{user},atl-eu" for user in range(12)]
    return "\n".join([*rows, ""])


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "ws"
    folder.mkdir()
    (folder / "vigie.toml").write_text("", "utf-8")
    opened = Workspace.open(folder)
    migrate(opened.register)
    return opened


def test_a_corrected_name_moves_the_figures_without_an_import(workspace, tmp_path):
    files = {"products.csv": PRODUCTS, "Mixpanel events 2026-10-20.csv": events()}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    paths = tuple(str(tmp_path / name) for name in files)
    place = str(workspace.path)
    names = (Name("product", "mixpanel", "atl-eu", "balise"),)
    loaded = run(Job("import", place, "me", files=paths, options=ImportOptions(), names=names))
    assert loaded.status == "done", loaded.problem
    assert loaded.files[1].unknown_streams == ()
    [word] = [word for word in words_in_use(workspace) if word.source == "mixpanel"]
    assert word.owner == Owner("product", "balise", "Balise")
    moved = run(Job("names", place, "me", names=word.stands_for(Owner("product", "atelier", ""))))
    assert moved.status == "done"
    assert moved.restated > 0 or moved.figures_written > 0
    [word] = [word for word in words_in_use(workspace) if word.source == "mixpanel"]
    assert word.owner == Owner("product", "atelier", "Atelier")
    with workspace.register.connect() as connection:
        assert [name.target for name in load_organisation(connection).names] == ["atelier"]
