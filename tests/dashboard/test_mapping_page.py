"""Unknown files on the import page: mapped by hand, kept, known at once; a figure made a KPI."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import uploads
from metrics.catalogue import load_catalogue
from metrics.errors import VigieError
from metrics.importing.own_profiles import own_profiles, write_profile
from metrics.importing.profile import load_profiles
from metrics.importing.report import FileReport, ImportOptions, RowCounts
from metrics.job import Job, Outcome, Progress
from metrics.own_exports import forget, rename
from metrics.register import ledger
from tests.dashboard.test_pages import plain, texts

VISITS = "Datum;Besucher;Anmeldungen\n01.10.2026;1.234;12\n02.10.2026;1.300,5;15\n"
JIRA = (
    "Summary,Issue key,Issue Type,Status,Project key,Created,Status Category,Custom field (Size)\n"
    "One,AB-1,Bug,Done,AB,2026-01-02 10:00,Done,5\n"
)


@dataclass
class Done:
    """A job that ended as soon as it was begun."""

    job: Job
    progress: Progress = field(default_factory=lambda: Progress("finishing", 1.0, ""))

    def poll(self) -> Outcome:
        return Outcome("unchanged")


@pytest.fixture
def play(workspace):
    """The import page of a workspace into which nothing was imported yet."""

    def draw(**address: str) -> AppTest:
        page = AppTest.from_string(
            "from dashboard import app\napp.main('imports')", default_timeout=60
        )
        for name, value in address.items():
            page.query_params[name] = value
        return page.run()

    return draw


def dropped(play, name: str, text: str, **address: str):
    page = play(**address)
    page.file_uploader[0].set_value((name, text.encode(), "text/csv"))
    return page.run()


def told(page) -> str:
    return plain(" | ".join(texts(page)))


def test_an_unknown_file_is_mapped_and_then_known_and_its_figure_is_a_kpi(play, workspace):
    page = dropped(play, "besucher.csv", VISITS, lang="EN")
    assert not page.exception
    page.button(key="file_0_0_open").click().run()
    assert not page.exception
    assert page.selectbox(key="file_0_0_map_dataset").value == "observations"
    assert page.multiselect(key="file_0_0_map_observations_figures").value == [
        "Besucher",
        "Anmeldungen",
    ]
    page.text_input(key="file_0_0_map_name").set_value("Web")
    page.multiselect(key="file_0_0_map_kpis").set_value(["besucher"]).run()
    page.text_input(key="file_0_0_map_kpi_besucher_fr").set_value("Visiteurs")
    page.button(key="file_0_0_map_keep").click().run()
    assert not page.exception
    assert "are read as “Web” from now on. New KPI: Besucher." in told(page)
    assert [profile.name for profile in own_profiles(workspace)] == ["web"]
    assert load_catalogue(workspace.catalogue)["besucher"].label.fr == "Visiteurs"
    assert page.button(key="load").label == "Load 1 file"


def test_the_words_of_a_file_are_text_in_the_labels_too(play):
    """A project of this name was a link in the question whose it is."""
    word = "[AB](https://example.com) :red[x]"
    page = dropped(play, "jira.csv", JIRA.replace(",AB,", f",{word},"), lang="EN")
    labels = [box.label for box in (*page.selectbox, *page.toggle)]
    asked = [label for label in labels if word in plain(label)]
    assert len(asked) == 2
    assert not any(word in label for label in asked)


def test_an_answer_given_while_the_page_is_drawn_is_loaded_with_the_file(play, monkeypatch):
    """The button did what the answers before it said."""
    asked: list[Job] = []

    def begin(job: Job) -> Done:
        asked.append(job)
        return Done(job)

    monkeypatch.setattr(uploads, "start", begin)
    page = dropped(play, "jira.csv", JIRA, lang="EN")
    whose = next(box for box in page.selectbox if "AB" in plain(box.label))
    new = next(place for place, shown in enumerate(whose.options) if "new product" in shown)
    whose.select_index(new)
    page.button(key="load").click().run()
    assert not page.exception
    [job] = asked
    assert ("product", "AB") in {(name.kind, name.alias) for name in job.names if name.target}


def test_mapping_speaks_french(play):
    page = dropped(play, "besucher.csv", VISITS, lang="FR")
    page.button(key="file_0_0_open").click().run()
    assert not page.exception
    assert page.selectbox(key="file_0_0_map_observations_period").label == "Date ou période *"
    assert "2 lignes essayées : 2 peuvent être chargées." in told(page)


def test_one_column_of_a_known_export_is_corrected(play, workspace):
    page = dropped(play, "jira.csv", JIRA, lang="EN")
    page.button(key="file_0_0_open").click().run()
    assert page.selectbox(key="file_0_0_map_work_items_item_id").value.header == "Issue key"
    points = page.selectbox(key="file_0_0_map_work_items_points")
    size = next(option for option in points.options if option.startswith("Custom field (Size)"))
    points.select(size).run()
    page.button(key="file_0_0_map_keep").click().run()
    assert not page.exception
    [profile] = own_profiles(workspace)
    assert (profile.name, profile.tool) == ("jira_own", "jira")
    assert profile.columns["points"].headers == ("custom field (size)",)


def test_a_mapping_that_lacks_a_needed_column_cannot_be_kept(play):
    page = dropped(play, "besucher.csv", VISITS, lang="EN")
    page.button(key="file_0_0_open").click().run()
    period = page.selectbox(key="file_0_0_map_observations_period")
    period.select("not in the file").run()
    assert "No column says: Date or period" in told(page)
    assert page.button(key="file_0_0_map_keep").disabled
    page.button(key="file_0_0_map_close").click().run()
    assert not page.exception
    assert page.button(key="file_0_0_open")


def test_a_file_without_a_header_says_so(play):
    page = dropped(play, "numbers.csv", "7,x\nb,8\n", lang="EN")
    page.button(key="file_0_0_open").click().run()
    assert "Add a first row with a name for each column" in told(page)


def test_a_kind_of_export_is_renamed_and_forgotten_unless_imports_need_it(play, workspace):
    page = dropped(play, "besucher.csv", VISITS, lang="EN")
    page.button(key="file_0_0_open").click().run()
    page.text_input(key="file_0_0_map_name").set_value("Web").run()
    page.button(key="file_0_0_map_keep").click().run()
    page = play(lang="FR")
    assert "0 import lu ainsi." in told(page)
    page.text_input(key="own_export_web_label").set_value("Visites du site").run()
    page.button(key="rename_export").click().run()
    assert not page.exception
    (kept,) = own_profiles(workspace)
    assert (kept.name, kept.label["fr"]) == ("web", "Visites du site")
    with pytest.raises(VigieError, match="no kind of export"):
        forget(workspace, "wob")
    page.button(key="forget_export").click().run()
    assert not page.exception
    assert own_profiles(workspace) == ()
    with pytest.raises(VigieError, match="no kind of export"):
        rename(workspace, "web", "  ")


def test_a_kind_of_export_that_imports_were_read_by_stays(workspace, tmp_path):
    (workspace.profiles).mkdir(exist_ok=True)
    mine = load_profiles()[0].model_copy(update={"name": "mine"})
    write_profile(workspace, mine)
    report = FileReport(
        file="x.csv", tool=mine.tool, profile="mine", dataset=mine.dataset, confidence=1.0,
        status="loaded", rows=RowCounts(), sha256="ab", observed_at=datetime(2026, 1, 5),
    )  # fmt: skip
    with workspace.register.begin() as connection:
        ledger.stage(connection, 1, report, options=ImportOptions(), archive=None, by="me")
        ledger.apply(connection, [1])
    with pytest.raises(VigieError, match="1 imports were read as 'mine'"):
        forget(workspace, "mine")
    with workspace.register.begin() as connection:
        ledger.undo(connection, 1, by="me")
    forget(workspace, "mine")
    assert own_profiles(workspace) == ()
