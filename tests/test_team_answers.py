"""What people of a squad answered stays hidden: from late answers, and from KPIs of one's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest

from metrics.access import LOCAL_CPO
from metrics.calendar import Calendar, Grain
from metrics.catalogue import load_catalogue
from metrics.engines import open_facts
from metrics.errors import VigieError
from metrics.job import Job
from metrics.models import load_models
from metrics.pages.rows_behind import lineage
from metrics.query import query
from metrics.register.series import read_figures
from metrics.result import Figure, Scope
from metrics.warehouse import current_path
from tests.small_workspace import SmallWorkspace, only

Answer = tuple[str, str, str, int]
ON_TIME: list[Answer] = [
    *(("2026-03-10", f"n{k}", "Nord", score) for k, score in enumerate([4, 5, 3, 4, 5])),
    *(("2026-03-10", f"s{k}", "Sud", score) for k, score in enumerate([4, 4, 3, 5])),
]
LATE: Answer = ("2026-03-30", "s9", "Sud", 1)
#: Of 0 to 10: the mean of the nine, and of the ten.
OF_NINE, OF_TEN = 70 / 9, 7.0
MOOD = """family: teams
kpis:
  - name: mood
    label: {{en: Mood, fr: Humeur}}
    meaning: {{en: Mood, fr: Humeur}}
    kind: {kind}
    unit: score
    direction: up
    cadence: {cadence}
    owner_role: squad lead
    model: {model}
    expression: {expression}
    filter: {filter}
{more}
"""


def survey(answers: Iterable[Answer]) -> str:
    rows = (f"{day} 10:00:00,{key},{squad},W1,{score}\n" for day, key, squad, score in answers)
    return "Timestamp,Response ID,Team,Wave,I am proud of what we make\n" + "".join(rows)


def mood(
    company: SmallWorkspace,
    *,
    kind: str = "score",
    cadence: str = "month",
    model: str = "team_answers",
    more: str = "    entity: response_id",
    expression: str = "score",
    filter: str = "kind = 'engagement'",
) -> None:
    text = MOOD.format(
        kind=kind, cadence=cadence, model=model, more=more, expression=expression, filter=filter
    )
    company.write("catalogue/own.yml", text)


def shown(figures: Iterable[Figure]) -> dict[str, float | str | None]:
    """The score of March by squad, '' for the company, or why there is none."""
    return {
        figure.scope.key: figure.reason if figure.value is None else figure.value
        for figure in figures
        if figure.period == "2026-03" and figure.scope.kind in ("company", "squad")
    }


def published(company: SmallWorkspace) -> dict[str, float | str | None]:
    with company.workspace.register.connect() as connection:
        return shown(
            read_figures(connection, LOCAL_CPO, kpis=["engagement_score"], grains=["month"])
        )


def live(company: SmallWorkspace, kpi: str = "engagement_score") -> dict[str, float | str | None]:
    return shown(
        figure
        for by in ("company", "squad")
        for figure in query(company.workspace, LOCAL_CPO, [kpi], by=by)
    )


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    with only("engagement_score", "mood"):
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with a wave that is published, to be copied."""
    company = SmallWorkspace(tmp_path_factory.mktemp("made") / "forge")
    (company.folder / "catalogue").mkdir(exist_ok=True)
    company.import_files({"squads.csv": "squad,name\nnord,Nord\nsud,Sud\n"})
    company.import_files({"survey 2026-04-02.csv": survey(ON_TIME)})
    company.workspace.register.dispose()
    return company.folder


@pytest.fixture
def company(made: Path, tmp_path: Path) -> SmallWorkspace:
    shutil.copytree(made, tmp_path / "forge")
    return SmallWorkspace.again(tmp_path / "forge")


def test_a_late_answer_changes_nothing_that_is_shown(company):
    first = {"": pytest.approx(OF_NINE), "nord": "small_group", "sud": "small_group"}
    assert published(company) == first
    again = company.import_files({"survey 2026-04-05.csv": survey([*ON_TIME, LATE])})
    [late] = [each for each in again.files[0].problems if each.reason == "late_answers"]
    assert (late.rows, late.details) == (1, {"month": "2026-03"})
    assert published(company) == first
    assert live(company) == first
    assert company._do(Job("rebuild", str(company.folder), "test")).differs == ()
    assert live(company) == first
    # An answer that is corrected tells as much, and one that is moved to another month.
    moved = [("2026-04-01", *ON_TIME[5][1:]), ("2026-03-10", "s1", "Sud", 1)]
    company.import_files({"survey 2026-04-20.csv": survey(moved)})
    assert published(company) == live(company) == first


def test_two_waves_of_a_month_are_not_twice_as_many_people(company):
    """Three people who answer twice are three, whatever they are numbered."""
    rows = [
        (f"2026-02-{day:02}", f"{squad}{wave}{number}", squad, wave, 2 + (wave == "b"))
        for day, wave in ((3, "a"), (24, "b"))
        for squad, people in (("Nord", 3), ("Sud", 6))
        for number in range(people + (wave == "b" and squad == "Sud"))
    ]
    header, *_ = survey([]).splitlines()
    lines = (
        f"{day} 10:00:00,{key},{squad},{wave},{score}" for day, key, squad, wave, score in rows
    )
    company.import_files({"pulse 2026-04-03.csv": "\n".join([header, *lines, ""])})
    found = {
        figure.scope.key: figure
        for by in ("company", "squad")
        for figure in query(company.workspace, LOCAL_CPO, ["engagement_score"], by=by)
        if figure.period == "2026-02"
    }
    assert found["nord"].reason == "small_group"
    assert found[""].n == 3 + 7
    assert found[""].value == pytest.approx((9 * 2.5 + 10 * 5) / 19)


def test_assignments_that_are_corrected_betray_nobody(company):
    """Sud is four: the products of then less those of now must not leave it alone."""
    products = "product,name\nx,X\ny,Y\n"
    east = [("2026-03-10", f"e{k}", "Est", 5) for k in range(6)]
    assigned = "squad,product,start,end\nsud,x,2025-01-01,\n"
    company.undo(2)
    company.import_files(
        {
            "products.csv": products,
            "squads.csv": "squad,name\nnord,Nord\nsud,Sud\nest,Est\n",
            "assignments 2026-01-01.csv": f"{assigned}est,x,2025-01-01,\nnord,y,2025-01-01,\n",
            "survey 2026-04-06.csv": survey([*ON_TIME, *east]),
        }
    )
    assert published(company)["est"] == "small_group"
    moved = "est,x,2025-01-01,2026-02-28\nest,y,2026-03-01,\n"
    moved += "nord,y,2025-01-01,2026-02-28\nnord,x,2026-03-01,\n"
    company.import_files({"assignments 2026-05-01.csv": assigned + moved})
    told = {
        figure.scope.key: figure.reason
        for figure in query(company.workspace, LOCAL_CPO, ["engagement_score"], by="product")
    }
    assert told == {"x": "small_group", "y": "small_group"}
    assert published(company) == live(company)
    assert published(company)["est"] == published(company)["sud"] == "small_group"


def test_a_wave_that_an_earlier_program_published_is_frozen_too(company):
    """Such a program did not keep waves: the first job of this one keeps them before it lands."""
    first = published(company)
    path = current_path(company.workspace)
    with open_facts(path, read_only=False) as facts:
        facts.execute("drop view team_responses")
        facts.execute("drop table published_waves")
        facts.execute("delete from schema_version where version = 15")
    with pytest.raises(VigieError, match="An earlier version of Vigie prepared"):
        live(company)
    company.import_files({"survey 2026-04-05.csv": survey([*ON_TIME, LATE])})
    assert published(company) == live(company) == first


def test_a_wave_whose_import_is_undone_comes_anew(company):
    company.undo(2)
    assert not any(isinstance(score, float) for score in published(company).values())
    company.import_files({"survey 2026-04-05.csv": survey([*ON_TIME, LATE])})
    assert published(company) == live(company)
    assert published(company)[""] == pytest.approx(OF_TEN)


def test_a_kpi_of_ones_own_hides_small_groups_as_well(company):
    mood(company)
    own = live(company, "mood")
    assert (own["nord"], own["sud"]) == ("small_group", "small_group")
    with pytest.raises(VigieError, match="is not born per quarter"):
        query(company.workspace, LOCAL_CPO, ["mood"], by="squad", grain="quarter")
    period = Calendar().period(Grain.MONTH, date(2026, 3, 5))
    with pytest.raises(VigieError, match="small groups"):
        lineage(company.workspace, LOCAL_CPO, "mood", Scope("squad", "sud"), period)


def own_model(select: str) -> str:
    return f"-- member: squad\n-- datasets: responses\n{select}"


@pytest.mark.parametrize(
    ("asked", "sql", "wrong"),
    [
        ({"kind": "flow", "more": ""}, "", "groups of few must stay hidden"),
        ({"more": "    entity: wave"}, "", "groups of few must stay hidden"),
        ({"cadence": "week"}, "", "would give hidden ones away"),
        ({"more": "    entity: response_id\n    dimensions: [wave]"}, "", "told apart"),
        # Six answers less the five that came early are one.
        ({"filter": "kind = 'engagement' and day < date '2026-03-20'"}, "", "told apart"),
        ({"expression": "case when day < date '2026-03-20' then score else 99 end"}, "",
         "told apart"),
        ({"model": "own"},
         "select squad, day, kind, score, response_id from team_answers "
         "where day < date '2026-03-20'", "may leave some of them out"),
        ({"model": "own", "kind": "flow", "more": ""},
         "select squad, day, kind, score from Team_Answers", "must stay hidden"),
        ({"model": "own", "kind": "flow", "more": ""},
         "-- small_groups: counted\nwith team_responses as (select * from team_responses) "
         "select stream as squad, day, kind, score from team_responses", "must stay hidden"),
        ({"model": "own", "kind": "flow", "more": ""},
         "select stream as squad, day, kind, score from landed_responses",
         "must stay hidden"),
    ],
)  # fmt: skip
def test_what_could_tell_a_person_is_no_kpi(tmp_path, asked, sql, wrong):
    company = SmallWorkspace.again(SmallWorkspace(tmp_path / "forge").folder)
    folder = company.workspace.catalogue
    folder.mkdir(exist_ok=True)
    if sql:
        (folder / "own.sql").write_text(own_model(sql))
    mood(company, **asked)
    [mistake] = load_catalogue(folder, load_models(folder)).problems
    assert mistake.name == "mood"
    assert wrong in mistake.message


def test_answers_of_teams_are_not_among_those_of_users(company):
    folder = company.workspace.catalogue
    (folder / "own.sql").write_text(
        own_model(
            "select s.squad, r.day, r.kind, r.score from responses as r "
            "join streams as s on s.source = r.source and s.stream = r.stream"
        )
    )
    mood(company, model="own", kind="flow", more="")
    assert set(live(company, "mood").values()) <= {0.0}
