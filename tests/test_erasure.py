"""A person is erased everywhere, and the past says why it changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from metrics import erasure, warehouse
from metrics.change import Change
from metrics.engines import open_facts
from metrics.erasure.person import Person
from metrics.errors import VigieError
from metrics.importing.dataset import DATASETS, Behaviour
from metrics.job import Job
from tests.small_workspace import STEPS, Silent, SmallWorkspace, loaded, only

FIRST, DAYS = date(2026, 8, 3), 28
JOE = "joe.martin@acme.fr"
SAID = "joe martin", "joe.martin", "joe_martin", "Martin, Joe", "jmartin75", JOE


def events(users: tuple[str, ...]) -> str:
    rows = ["Event Name,Time,Distinct ID,Product,Account ID"]
    for day in range(DAYS):
        moment = datetime.combine(FIRST + timedelta(day), datetime.min.time()).replace(hour=10)
        rows += [f"Open,{moment},{user},Forge,acme" for user in users]
    return "\n".join(rows) + "\n"


ERASED = "select regexp_replace($1, $2, '‹erased›', 'g')"
OTHERS = tuple(f"u{n}@b.fr" for n in range(6))
FILES = {
    "products.csv": "product,name\nforge,Forge\n",
    "squads.csv": "squad,name\nnord,Nord\n",
    "people.csv": f"person,name,email\njm,Joe Martin,{JOE}\nlea,Lea Petit,lea@b.fr\n",
    "ownerships.csv": "person,role,target_kind,target,start,end\n"
    "jm,PM,product,forge,2024-01-01,\nlea,PO,product,forge,2024-01-01,\n",
    "Mixpanel events 2026-09-30.csv": events((JOE, *OTHERS)),
    "names.csv": "kind,source,alias,target\nperson,*,jmartin75,jm\nsquad,jira,NORD,nord\n",
    "Jira 2026-09-30.csv": "Issue key,Summary,Status,Issue Type,Created,Updated,"
    "Project key,Labels\n"
    "NORD-1,Bug seen by MARTIN Joe,To Do,Bug,2026-09-01 10:00,2026-09-02 10:00,NORD,joe_martin\n",
    "skills Joe_Martin 2026-09-30.csv": "person,skill,level,date\njmartin75,SQL,3,2026-09-01\n"
    "Lea Petit,SQL,2,2026-09-01\n",
    "feedback 2026-09-30.csv": "id,opened,product,text\n1,2026-09-01,Forge,slow says Joe Martin\n"
    "2,2026-09-02,Forge,quick and kind\n",
}


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    with only("active_users", "new_users"):
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's folder after its files were loaded, to be copied."""
    return loaded(tmp_path_factory.mktemp("made") / "forge", FILES)


@pytest.fixture
def company(made: Path, tmp_path: Path) -> SmallWorkspace:
    shutil.copytree(made, tmp_path / "forge")
    return SmallWorkspace.again(tmp_path / "forge")


def erase(company: SmallWorkspace, person: str, known_as: str = "") -> dict[str, int]:
    job = Job("erase", str(company.folder), "test", person=person, known_as=known_as)
    return company._do(job).erased


def facts_of(company: SmallWorkspace) -> dict[str, list[str]]:
    """Every landed row, without the moments at which files were taken."""
    path = warehouse.current_path(company.workspace)
    with closing(open_facts(path)) as facts:
        return {
            dataset.name: sorted(
                map(str, facts.execute(f"select * from {dataset.table}").fetchall())  # noqa: S608
            )
            for dataset in DATASETS.values()
            if dataset.behaviour is not Behaviour.ORGANISATION
        }


def test_an_address_is_erased_everywhere_and_is_the_cause_of_what_changes(company):
    assert company.published("active_users")["2026-W32"] == 7
    foreseen = erasure.foresee(company.workspace, JOE)
    assert company.published("active_users")["2026-W32"] == 7
    assert erase(company, JOE) == foreseen
    assert set(foreseen) >= {"events", "skills", "feedback", "archive", "register"}
    assert company.published("active_users")["2026-W32"] == 6
    with company.workspace.register.connect() as connection:
        causes = connection.exec_driver_sql("select cause, cause_detail from restatements").all()
        assert set(causes) == {("erasure", "erasure 1")}
        [noted] = connection.exec_driver_sql("select rows from erasures").scalars()
        people = connection.exec_driver_sql("select person, name, email from people").all()
        owners = connection.exec_driver_sql("select person from ownerships order by 1").scalars()
        assert set(people) == {("erased-1", "erased-1", None), ("lea", "Lea Petit", "lea@b.fr")}
        assert list(owners) == ["erased-1", "lea"]
    assert "joe" not in noted.lower()
    for name in ("events", "feedback"):
        assert facts_of(company)[name]
    assert "joe" not in str(facts_of(company)).lower()
    company.workspace.register.dispose()
    for path in company.folder.rglob("*"):
        if path.is_file() and path.parent.name != "inbox":  # the inbox is the test's own
            held = path.read_bytes().lower()
            assert not [word for word in SAID if word.lower().encode() in held], path
    assert [path.name for path in (company.folder / "warehouse").iterdir()] == ["2.duckdb"]
    again = company._do(Job("rebuild", str(company.folder), "test"))
    # Only how many rows each stream had at its import is no longer told.
    assert (again.differs, again.restated) == (("import_streams",), 0)


def test_an_alias_tells_who_is_meant(company):
    (company.folder / "inbox" / "refused").mkdir()
    company.write("inbox/refused/broken.csv", "Joe Martin,joe.martin@acme.fr")
    company.write("inbox/shopping.csv.report.json", "Joe Martin bought apples")
    assert erase(company, "jmartin75")["events"] == DAYS
    names = "select kind, alias, target from names order by kind"
    with company.workspace.register.connect() as connection:
        told = connection.exec_driver_sql(names).all()
    assert told == [("person", "erased-1", "erased-1"), ("squad", "NORD", "nord")]
    assert not (company.folder / "inbox" / "refused").exists()
    assert not list((company.folder / "inbox").glob("*.report.json"))


def test_the_facts_are_those_of_a_company_that_never_knew_the_person(company, tmp_path):
    folder = company.workspace.archive
    before = {file.name: pq.read_table(file) for file in folder.iterdir()}
    erase(company, JOE)
    after = {file.name: pq.read_table(file) for file in folder.iterdir()}
    gone = {name: before[name].num_rows - after[name].num_rows for name in before}
    assert sorted(gone.values()) == [0, 0, 0, 0, 1, 1, 1, 1, DAYS]
    for name in before:
        named = b"Joe_Martin" in before[name].schema.metadata[b"vigie"]
        assert (after[name].schema.metadata == before[name].schema.metadata) is not named
        assert set(after[name]["record"].to_pylist()) <= set(before[name]["record"].to_pylist())

    never = SmallWorkspace(tmp_path / "never")
    (never.folder / ".secret").write_text((company.folder / ".secret").read_text())
    without = FILES | {"Mixpanel events 2026-09-30.csv": events(OTHERS)}
    without["skills Joe_Martin 2026-09-30.csv"] = (
        "person,skill,level,date\nLea Petit,SQL,2,2026-09-01\n"
    )
    again = SmallWorkspace.again(never.folder)
    again.import_files(without)
    for name in ("events", "skills", "users", "responses"):
        assert facts_of(company)[name] == facts_of(again)[name]


def test_an_identifier_of_several_tools_must_say_which(company):
    events_of_another = FILES["Mixpanel events 2026-09-30.csv"].replace(JOE, "acme")
    company.import_files({"Mixpanel events 2026-10-30.csv": events_of_another})
    with pytest.raises(VigieError) as refused:
        erase(company, "acme")
    assert set(refused.value.choices) == {"mixpanel:account", "mixpanel:user"}
    with pytest.raises(VigieError, match="no kind of identifier"):
        erase(company, "acme", "mixpanel:nobody")
    assert set(erase(company, "acme", "mixpanel:user")) == {"events", "archive"}
    assert company.published("active_users")["2026-W32"] == 6


def test_aliases_of_one_person_go_together(company):
    company.import_files(
        {
            "identities.csv": f"source,alias,person\nmixpanel,{OTHERS[0]},pers-1\n"
            f"mixpanel,{OTHERS[1]},pers-1\n"
        }
    )
    assert company.published("active_users")["2026-W32"] == 6
    erased = erase(company, OTHERS[0])
    assert erased["events"] == 2 * DAYS
    assert erased["identities"] == 2
    assert company.published("active_users")["2026-W32"] == 5


def test_nobody_is_told_and_nothing_changes(company):
    before = facts_of(company)
    with pytest.raises(VigieError, match="Nothing is kept"):
        erase(company, "nobody@nowhere.fr")
    assert facts_of(company) == before


@pytest.mark.parametrize("text", [
    "Jean Martineau", "diana@b.fr", "ana@b.france", "Lou-Jean Martine",
])  # fmt: skip
def test_who_has_a_name_that_holds_the_persons_keeps_it(text):
    person = Person(frozenset({"jean martin", "ana@b.fr"}), frozenset())
    assert person.without(text) == text
    assert duckdb.execute(ERASED, [text, person.pattern]).fetchone() == (text,)


@pytest.mark.parametrize("text", [
    "said jean  martin.", "Martin, Jean", "skills_Jean_Martin_2026.csv", "(ANA@b.fr)",
    "from ana@b.fr", "Jean_Martin_ana@b.fr_Martin Jean", "x:Martin.JEAN;",
])  # fmt: skip
def test_the_persons_own_name_goes_whatever_stands_beside_it(text):
    person = Person(frozenset({"jean martin", "ana@b.fr"}), frozenset())
    told = person.without(text).lower()
    assert not any(part in told for part in ("jean", "martin", "ana@"))
    assert duckdb.execute(ERASED, [text, person.pattern]).fetchone() == (person.without(text),)


def test_a_name_that_begins_with_an_accent_goes():
    person = Person(frozenset({"élodie roy"}), frozenset())
    for text in ("Élodie Roy", "dit par Élodie ROY, hier"):
        assert "Roy" not in person.without(text).title()
        assert "Roy" not in duckdb.execute(ERASED, [text, person.pattern]).fetchone()[0].title()


def test_keys_are_made_as_the_import_makes_them(company):
    with (
        closing(open_facts(warehouse.current_path(company.workspace))) as facts,
        company.workspace.register.connect() as connection,
    ):
        keys = {key for (key,) in facts.execute("select user_key from landed_events").fetchall()}
        secret = company.workspace.secret
        assert keys == {erasure.key_of(secret, f"mixpanel:user:{user}") for user in (JOE, *OTHERS)}
        assert connection is not None


def kept(company: SmallWorkspace) -> dict[str, list[dict[str, object]]]:
    """The rows of every archived file, and what lies beside them."""
    folder = company.workspace.archive
    return {
        path.relative_to(folder).as_posix(): pq.read_table(path).to_pylist()
        for path in folder.rglob("*.parquet")
    }


class Dead(BaseException):
    """The process has died: nothing of it cleans up."""


class Dying(Silent):
    """Ends a change when it reaches a stage: as someone cancels it, or as a process dies."""

    def __init__(self, stage: str, *, suddenly: bool) -> None:
        self.stage = stage
        self.suddenly = suddenly
        self.change: Change | None = None

    def reached(self, stage: str) -> None:
        if stage == self.stage:
            if self.suddenly and self.change is not None:
                self.change._tidy = lambda lease: None  # type: ignore[method-assign]
            raise Dead


def erase_until(company: SmallWorkspace, stage: str, *, suddenly: bool) -> None:
    listener = Dying(stage, suddenly=suddenly)
    job = Job("erase", str(company.folder), "test", person=JOE)
    listener.change = Change(job, STEPS, listener)
    with pytest.raises(Dead):
        listener.change.run()


@pytest.mark.parametrize(
    ("stage", "suddenly"), [("landed", False), ("landed", True), ("flipping", False)]
)
def test_an_erasure_that_ends_early_has_touched_nothing(company, stage, suddenly):
    archived, facts = kept(company), facts_of(company)
    erase_until(company, stage, suddenly=suddenly)
    if suddenly:
        assert len(kept(company)) > len(archived)  # what the next job finds
        with pytest.raises(VigieError, match="no import number 99"):
            company.undo(99)
    assert kept(company) == archived
    assert facts_of(company) == facts
    assert not list(company.workspace.archive.glob(".*"))
    with company.workspace.register.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from erasures").scalar() == 0


def test_an_erasure_that_dies_once_noted_is_ended_by_the_next_job(company):
    erase_until(company, "flipped", suddenly=True)
    assert {path.suffix for path in (company.folder / "warehouse").iterdir()} == {".duckdb"}
    with pytest.raises(VigieError, match="no import number 99"):
        company.undo(99)
    assert "joe" not in str(kept(company)).lower()
    assert not list(company.workspace.archive.glob(".*"))
    assert [path.name for path in (company.folder / "warehouse").iterdir()] == ["2.duckdb"]
