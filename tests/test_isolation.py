"""A mistake in one definition stays where it was made: the others give their figures."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from metrics.access import LOCAL_CPO
from metrics.catalogue import load_catalogue
from metrics.command import vigie
from metrics.errors import VigieError
from metrics.models import load_models
from metrics.query import query
from metrics.register import left_out
from tests.small_workspace import SmallWorkspace

FIRST = date(2026, 10, 5)
WEEKS = 3
OWN = """\
    family: product_performance
    kpis:
      - name: sessions_seen
        label: {en: Sessions seen, fr: Sessions vues}
        meaning: {en: Events of the period, fr: Événements de la période}
        kind: flow
        owner_role: PM
        model: activity_days
        expression: "2"
      - name: sessions_doubled
        label: {en: Sessions doubled, fr: Sessions doublées}
        meaning: {en: Twice the sessions, fr: Deux fois les sessions}
        kind: derived
        owner_role: PM
        formula: sessions_seen * 2
"""


def events(users: int = 4) -> str:
    rows = ["Event Name,Time,Distinct ID,Product"]
    for day in range(7 * WEEKS):
        rows += [f"Open,{FIRST + timedelta(day)} 10:00:00,u{user},Atelier" for user in range(users)]
    return "\n".join(rows) + "\n"


PRODUCTS = (
    "product,name,line,stage,launched,vision,north_star,signup_event,activation_event\n"
    "atelier,Atelier,,,,,,,\n"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's folder after its files were loaded, to be copied."""
    company = SmallWorkspace(tmp_path_factory.mktemp("made") / "forge")
    company.write("catalogue/own.yml", textwrap.dedent(OWN))
    files = {"products.csv": PRODUCTS, "Mixpanel events 2026-10-26.csv": events()}
    done = company.import_files(files)
    assert done.status == "done", done
    company.workspace.register.dispose()
    return company.folder


@pytest.fixture
def company(made: Path, tmp_path: Path) -> SmallWorkspace:
    shutil.copytree(made, tmp_path / "forge")
    return SmallWorkspace.again(tmp_path / "forge")


def edit(company: SmallWorkspace, old: str, new: str) -> None:
    written = (company.folder / "catalogue/own.yml").read_text("utf-8")
    assert old in written
    company.write("catalogue/own.yml", written.replace(old, new))


def checked(monkeypatch: pytest.MonkeyPatch, company: SmallWorkspace) -> tuple[int, list[dict]]:
    arguments = ["check", "--workspace", str(company.folder), "--json"]
    monkeypatch.setattr(sys, "argv", ["vigie", *arguments])
    result = CliRunner().invoke(vigie, arguments)
    return result.exit_code, json.loads(result.stdout)["checks"]


def test_what_reads_a_mistaken_entry_is_left_out_and_all_else_works(company):
    edit(company, 'expression: "2"', "expression: durations")
    catalogue = load_catalogue(company.workspace.catalogue)
    assert catalogue.left_out == {"sessions_seen", "sessions_doubled"}
    mistakes = {mistake.name: mistake for mistake in catalogue.problems}
    assert mistakes["sessions_seen"].key == "expression"
    assert mistakes["sessions_seen"].line == 9
    assert "column named 'durations'" in mistakes["sessions_seen"].message
    assert "reads 'sessions_seen', which is left out" in mistakes["sessions_doubled"].message
    assert f"{mistakes['sessions_seen'].place}" in mistakes["sessions_doubled"].remedy
    assert {kpi.name for kpi in load_catalogue()} <= {kpi.name for kpi in catalogue}

    answer = query(company.workspace, LOCAL_CPO, ["active_users"])
    assert [figure.value for figure in answer] == [4] * WEEKS
    with pytest.raises(VigieError, match="'sessions_seen' is left out"):
        query(company.workspace, LOCAL_CPO, ["sessions_seen"])


def test_figures_of_a_kpi_that_no_longer_loads_stay_as_they_were(company):
    before = company.published("sessions_doubled")
    assert set(before.values()) == {4 * 7 * 4}
    edit(company, "kind: flow", "kind: flowing")
    done = company.import_files({"Mixpanel events 2026-10-27.csv": events(users=5)})
    assert done.status == "done"
    assert company.published("sessions_doubled") == before
    assert set(company.published("active_users").values()) == {5}
    with company.workspace.register.connect() as connection:
        assert {m.name for m in left_out.read(connection)} == {"sessions_seen", "sessions_doubled"}

    edit(company, "kind: flowing", "kind: flow")
    assert company.publish().status == "done"
    assert set(company.published("sessions_doubled").values()) == {4 * 7 * 5}
    with company.workspace.register.connect() as connection:
        assert left_out.read(connection) == ()


def test_a_kpi_whose_sql_fails_on_the_data_stops_no_publication(company, monkeypatch):
    before = company.published("sessions_seen")
    edit(company, 'expression: "2"', "expression: cast(platform || 'x' as bigint)")
    edit(company, "platform || 'x'", "coalesce(platform, 'none')")
    done = company.import_files({"Mixpanel events 2026-10-27.csv": events(users=5)})
    assert done.status == "done"
    assert company.published("sessions_seen") == before
    assert set(company.published("active_users").values()) == {5}
    with company.workspace.register.connect() as connection:
        noted = {mistake.name: mistake for mistake in left_out.read(connection)}
    assert "cannot be computed: Conversion Error" in noted["sessions_seen"].message
    code, checks = checked(monkeypatch, company)
    assert code == 1
    wrong = [check for check in checks if not check["ok"]]
    assert {"catalogue"} == {check["name"] for check in wrong}
    assert any("own.yml:3: 'sessions_seen'" in check["message"] for check in wrong)
    assert all(check["next_step"] for check in wrong)


def test_an_override_that_is_wrong_is_not_replaced_by_the_built_in(tmp_path):
    (tmp_path / "own.yml").write_text(
        "family: product_performance\nkpis:\n  - {name: active_users, kind: distinkt}\n"
    )
    catalogue = load_catalogue(tmp_path)
    assert "active_users" in catalogue.left_out
    assert "stickiness" not in catalogue.left_out
    assert "usage_churn_rate" in catalogue.left_out  # it divides by active users
    assert "active_users" not in catalogue["stickiness"].parents


def test_a_file_that_cannot_be_read_takes_down_only_what_it_seems_to_hold(tmp_path):
    (tmp_path / "own.yml").write_text(
        "family: growth\nkpis:\n  - name: arr\n    label: {en: ARR, fr: ARR\n    kind: derived\n"
    )
    (tmp_path / "latin.yml").write_bytes("family: growth # é\n".encode("latin-1"))
    catalogue = load_catalogue(tmp_path)
    assert catalogue.left_out == {"arr", ""}
    assert {mistake.file for mistake in catalogue.problems} == {
        str(tmp_path / "own.yml"),
        str(tmp_path / "latin.yml"),
    }
    assert "mrr" in catalogue


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("family: growth\nkpis:\n  - {name: a, name: b}\n", "", "'name' is written twice"),
        ("family: growht\nkpis: []\n", "", "'family' is not valid"),
        ("family: growth\nkpi: []\n", "", "'kpi' is not valid"),
        ("- a\n- b\n", "", "not valid"),
        ("family: growth\nkpis:\n  - just a word\n", "", "not valid"),
        (
            "family: growth\nmeasures:\n"
            "  - {name: a, kind: derived, formula: mrr * 2}\n"
            "  - {name: a, kind: derived, formula: mrr * 3}\n",
            "",
            "'a' is written twice, here and in",
        ),
        (
            "family: growth\nmeasures:\n"
            "  - {name: a, kind: derived, formula: mrr * 2, parents: [mrrr]}\n",
            "parents",
            "no KPI named 'mrrr'",
        ),
    ],
)
def test_each_kind_of_mistake_is_named(tmp_path, text, key, message):
    (tmp_path / "own.yml").write_text(text)
    (mistake,) = load_catalogue(tmp_path).problems
    assert mistake.file == str(tmp_path / "own.yml")
    assert mistake.key == key
    assert message in mistake.message
    assert mistake.remedy


def test_a_model_that_is_wrong_leaves_out_what_reads_it(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "activity_days.sql").write_text(
        "-- member: product\n-- datasets: events\nselect stream as product,\n  md5(event) as day\n"
        "from events\n"
    )
    (folder / "reader.sql").write_text(
        "-- member: product\nselect product, day from activity_days\n"
    )
    models = load_models(tmp_path / "catalogue", folder)
    by_name = {mistake.name: mistake for mistake in models.mistakes}
    assert set(by_name) >= {"activity_days", "reader"}
    assert by_name["activity_days"].line == 4
    assert "does not mean the same" in by_name["activity_days"].message
    catalogue = load_catalogue(tmp_path / "catalogue", models)
    assert {"active_users", "rolling_active_users", "stickiness"} <= catalogue.left_out
    assert "mrr" in catalogue


def test_a_model_that_fails_on_the_data_leaves_no_stale_table(company):
    before = company.published("active_users")
    built_in = Path("metrics/models/activity_days.sql").read_text("utf-8")
    failing = built_in.replace("where\n", "where\n    cast(e.event as bigint) > 0 and\n")
    assert failing != built_in
    company.write("models/activity_days.sql", failing)
    done = company.import_files({"Mixpanel events 2026-10-27.csv": events(users=5)})
    assert done.status == "done"
    assert company.published("active_users") == before
    with pytest.raises(VigieError, match="cannot be computed"):
        query(company.workspace, LOCAL_CPO, ["active_users"])
    with company.workspace.register.connect() as connection:
        assert "activity_days" in {mistake.name for mistake in left_out.read(connection)}


def test_a_company_adds_a_model_of_its_own(company, monkeypatch):
    company.write(
        "models/busy_days.sql",
        "-- member: product\n-- datasets: events\n-- dimensions: event\n-- materialised: yes\n"
        "select s.product, e.day, e.event, count(*) as uses\nfrom events as e\n"
        "join streams as s on s.source = e.source and s.stream = e.stream\n"
        "group by s.product, e.day, e.event\n",
    )
    company.write(
        "catalogue/busy.yml",
        "family: product_performance\nkpis:\n  - name: uses\n"
        "    label: {en: Uses, fr: Utilisations}\n"
        "    meaning: {en: Events, fr: Événements}\n    kind: flow\n    owner_role: PM\n"
        "    model: busy_days\n    expression: uses\n    dimensions: [event]\n",
    )
    assert company.publish().status == "done"
    assert set(company.published("uses").values()) == {4 * 7}
    assert checked(monkeypatch, company)[0] == 0
    cut = query(company.workspace, LOCAL_CPO, ["uses"], by="event")
    assert {figure.member for figure in cut} == {"Open"}
