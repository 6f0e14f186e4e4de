# ruff: noqa: E501 - exports have long lines
"""Files that nothing knows: looked at, mapped, kept, and known the next time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from metrics.catalogue.kpi import Family, Unit
from metrics.errors import VigieError
from metrics.importing.drafting import Mapping, correction_of, mapping_of, profile_of, unsaid_words
from metrics.importing.looking import SeenTable, look
from metrics.importing.own_profiles import as_yaml, forget_profile, write_profile
from metrics.importing.profile import load_profiles, parse_profile
from metrics.importing.refusal import Refusal
from metrics.importing.report import ImportOptions
from metrics.importing.suggesting import columns_for, suggest
from metrics.importing.trying import try_profile
from metrics.importing.vocabulary import fields_of, vocabulary
from metrics.organisation import Organisation, Product
from metrics.own_kpi import OwnKpi, write_kpi

from .conftest import ORGANISATION, Desk

VISITS = "Datum;Besucher;Anmeldungen\n01.10.2026;1.234;12\n02.10.2026;1.300,5;15\n"


def seen(desk: Desk, name: str, text: str) -> SeenTable:
    return look(desk.file(name, text))


def kept(desk: Desk, table: SeenTable) -> Mapping:
    """The first suggestion, kept as it is."""
    mapping = mapping_of(table, suggest(table)[0])
    write_profile(desk.workspace, profile_of(mapping, table))
    return mapping


def test_every_field_of_the_vocabulary_is_one_of_its_dataset_with_a_label_in_both_languages():
    for dataset, fields in vocabulary().items():
        assert fields, dataset
        for field in fields:
            assert field.label["en"]
            assert field.label["fr"]
            assert field.column.headers, (dataset, field.name)


def test_a_german_table_is_dated_figures_with_decimal_commas(desk: Desk) -> None:
    table = seen(desk, "besucher.csv", VISITS)
    assert [(column.header, column.holds, column.comma) for column in table.columns] == [
        ("Datum", "date", False),
        ("Besucher", "number", True),
        ("Anmeldungen", "number", True),
    ]
    best = suggest(table)[0]
    assert best.dataset == "observations"
    assert best.columns == {"period": "Datum"}
    assert best.figures == {"besucher": "Besucher", "anmeldungen": "Anmeldungen"}


def test_what_is_kept_is_known_the_next_time_and_means_the_same(desk: Desk) -> None:
    first = desk.inspect("besucher.csv", VISITS)
    assert [problem.reason for problem in first.problems] == ["not_recognised"]
    kept(desk, seen(desk, "besucher.csv", VISITS))
    later = VISITS.replace(".10.2026", ".11.2026")
    report = desk.land("besucher november.csv", later, ImportOptions(product="alpha")).report
    assert (report.profile, report.dataset, report.rows.loaded) == ("besucher", "observations", 2)
    assert desk.rows(
        "select metric, stream, day, value from observations order by metric, day"
    ) == [
        ("anmeldungen", "alpha", date(2026, 11, 1), 12),
        ("anmeldungen", "alpha", date(2026, 11, 2), 15),
        ("besucher", "alpha", date(2026, 11, 1), 1234),
        ("besucher", "alpha", date(2026, 11, 2), 1300.5),
    ]


def test_a_profile_reads_back_as_it_was_written(desk: Desk) -> None:
    table = seen(desk, "besucher.csv", VISITS)
    profile = profile_of(mapping_of(table, suggest(table)[0]), table)
    assert parse_profile(as_yaml(profile), "x") == profile


def test_columns_named_by_periods_go_on_next_month(desk: Desk) -> None:
    header = "Indicator,janv. 2026,Feb-26,03/2026,T2 2026,Total 2026"
    kept(desk, seen(desk, "partners.csv", f"{header}\nCalls,10,12,1,2,25\nMails,1,2,3,4,10\n"))
    report = desk.land("p.csv", "Indicator,février 2026,2026-03\nCalls,13,14\nMails,2,3\n").report
    assert (report.profile, report.rows.loaded) == ("partners", 2)
    report = desk.land("q.csv", f"{header}\nCalls,10,12,1,2,25\nMails,1,2,3,4,10\n").report
    assert (report.profile, report.rows.loaded) == ("partners", 2)
    assert desk.rows(
        "select cast(day as varchar), grain, cast(value as int) from landed_observations "
        "where metric = 'calls' order by import_id, day"
    ) == [
        ("2026-02-01", "month", 13), ("2026-03-01", "month", 14), ("2026-01-01", "month", 10),
        ("2026-02-01", "month", 12), ("2026-03-01", "month", 1), ("2026-04-01", "quarter", 2),
    ]  # fmt: skip


def test_a_file_without_a_header_goes_by_the_places_of_its_columns(desk: Desk) -> None:
    text = "05/01/2026;Paris;1 234,5\n06/01/2026;Lyon;7\n"
    table = seen(desk, "caisses.csv", text)
    assert [(each.header, each.holds) for each in table.columns] == [
        ("#1", "date"), ("#2", "text"), ("#3", "number"),
    ]  # fmt: skip
    kept(desk, table)
    assert desk.land("caisses.csv", text).report.rows.loaded == 2
    report = desk.land("caisses fév.csv", "02/02/2026;Lille;8,25\n").report
    assert report.status == "refused"  # a single row may be anything
    report = desk.land("caisses fév.csv", "02/02/2026;Lille;8,25\n03/02/2026;Lille;9\n").report
    assert (report.profile, report.rows.read, report.rows.loaded) == ("caisses", 2, 2)
    assert desk.rows("select cast(sum(value) as double) from observations") == [(1258.75,)]
    other = desk.inspect("stock.csv", "A-1;Lille;8\nB-2;Lille;9\n")
    assert [problem.reason for problem in other.problems] == ["not_recognised"]


def test_a_row_a_figure(desk: Desk) -> None:
    table = seen(desk, "kpi.csv", "Month,KPI,Count\n2026-01,Calls,10\n2026-01,Mails,3\n")
    best = suggest(table)[0]
    assert best.columns == {"period": "Month", "metric": "KPI", "value": "Count"}
    kept(desk, table)
    assert desk.land("kpi.csv", "Month,KPI,Count\n2026-03,Calls,7\n").report.rows.loaded == 1
    assert desk.rows("select metric, value from observations") == [("calls", 7)]


@pytest.mark.parametrize(
    ("text", "dataset", "columns"),
    [
        (
            "Zusammenfassung,Schlüssel,Status,Erstellt,Erledigt\nA,AB-1,Fertig,2026-01-02,2026-01-09\n",
            "work_items",
            {"item_id": "Schlüssel", "title": "Zusammenfassung", "status": "Status",
             "created": "Erstellt", "done": "Erledigt"},
        ),
        (
            "Customer,Start,MRR,Cancelled,Sub ID\nAcme,2026-01-01,100,,s1\nBeta,2026-02-01,50,2026-05-01,s2\n",
            "subscriptions",
            {"account_key": "Customer", "started": "Start", "amount": "MRR",
             "ended": "Cancelled", "subscription_id": "Sub ID"},
        ),
        (
            "When,Action,E-mail\n2026-01-02 10:00:00,Open,a@x.fr\n2026-01-02 11:00:00,Close,b@x.fr\n",
            "events",
            {"time": "When", "event": "Action", "user_key": "E-mail"},
        ),
    ],
)  # fmt: skip
def test_suggestions_come_from_names_and_values(desk, text, dataset, columns):
    best = suggest(seen(desk, "x.csv", text))[0]
    assert (best.dataset, best.columns) == (dataset, columns)


def test_a_score_from_0_to_10_is_asked_about_as_nps(desk: Desk) -> None:
    text = "Email,Score,Comment,Created\na@x.fr,9,good,2026-01-02\nb@x.fr,0,bad,2026-01-03\n"
    table = seen(desk, "delighted.csv", text)
    found = columns_for(table, "responses")
    assert found.asked == {"Score": "nps"}
    profile = profile_of(mapping_of(table, found), table)
    write_profile(desk.workspace, profile)
    report = desk.land("delighted.csv", text, ImportOptions(product="alpha")).report
    assert (report.profile, report.rows.loaded) == ("delighted", 2)
    assert desk.rows("select kind, score from responses order by score") == [("nps", 0), ("nps", 9)]
    assert "a@x.fr" not in str(table.columns[0].examples)


def test_words_that_nobody_knows_are_asked_and_their_answers_kept(desk: Desk) -> None:
    text = "Ticket,Statut\nA-1,Chez le client\nA-2,À faire\n"
    table = seen(desk, "suivi.csv", text)
    mapping = mapping_of(table, columns_for(table, "work_items"))
    assert unsaid_words(mapping, table) == {"status_category": ("chez le client",)}
    told = replace(mapping, words={"status_category": {"chez le client": "doing"}})
    write_profile(desk.workspace, profile_of(told, table))
    desk.land("suivi.csv", text, ImportOptions(squad="core"))
    assert desk.rows("select item_id, status_category from work_items order by item_id") == [
        ("A-1", "doing"),
        ("A-2", "todo"),
    ]


JIRA = (
    "Summary,Issue key,Issue Type,Status,Project key,Created,Status Category,Custom field (Size)\n"
)
JIRA += "One,AB-1,Bug,Done,AB,2026-01-02 10:00,Done,5\n"


def test_one_column_of_a_known_export_is_corrected_and_the_rest_stays(desk: Desk) -> None:
    table = seen(desk, "jira.csv", JIRA)
    [jira] = [profile for profile in load_profiles() if profile.name == "jira"]
    mapping = correction_of(table, jira)
    assert mapping.columns["item_id"] == "Issue key"
    assert "points" not in mapping.columns
    corrected = replace(
        mapping, columns={**mapping.columns, "points": "Custom field (Size)"}, name="jira_own"
    )
    write_profile(desk.workspace, profile_of(corrected, table))
    report = desk.land("jira.csv", JIRA).report
    assert (report.tool, report.profile) == ("jira", "jira_own")
    assert desk.rows("select source, item_id, type, points, status_category from work_items") == [
        ("jira", "AB-1", "Bug", 5, "done")
    ]
    other = JIRA.replace("Custom field (Size)", "Custom field (Story Points)")
    assert desk.inspect("other.csv", other).profile == "jira"


def test_a_mapping_is_tried_before_it_is_kept(desk: Desk) -> None:
    table = seen(desk, "besucher.csv", VISITS + "03.10.2026;3;4\n04.10.2026;3;4\nlater;3;4\n")
    profile = profile_of(mapping_of(table, suggest(table)[0]), table)
    report = try_profile(desk.workspace, profile, table, ORGANISATION, ImportOptions())
    assert (report.rows.read, report.rows.loaded, report.rows.quarantined) == (5, 4, 1)
    assert [
        problem.example for problem in report.problems if problem.severity == "quarantined"
    ] == ["later"]
    assert not desk.workspace.profiles.exists()


def test_what_cannot_be_kept_is_refused_with_what_to_do(desk: Desk) -> None:
    table = seen(desk, "besucher.csv", VISITS)
    mapping = mapping_of(table, suggest(table)[0])
    with pytest.raises(VigieError, match="No column says: Date or period"):
        profile_of(replace(mapping, columns={}), table)
    with pytest.raises(VigieError, match="no column 'Nope'"):
        profile_of(replace(mapping, columns={"period": "Nope"}), table)
    with pytest.raises(VigieError, match="cannot be the name"):
        profile_of(replace(mapping, name="../x"), table)
    profile = profile_of(mapping, table)
    write_profile(desk.workspace, profile)
    with pytest.raises(VigieError, match="already is"):
        write_profile(desk.workspace, profile)
    with pytest.raises(VigieError, match="already is"):
        write_profile(desk.workspace, profile.model_copy(update={"name": "jira"}), replacing=True)
    forget_profile(desk.workspace, profile.name)
    write_profile(desk.workspace, profile)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7,x\nb,8\n", "no_header"),
        ("a,b\n", "header_only"),
        ("x\n", "one_column"),
    ],
)
def test_what_cannot_be_mapped_says_why(desk, text, reason):
    with pytest.raises(Refusal) as refused:
        seen(desk, "x.csv", text)
    assert refused.value.problem.reason == reason


def test_a_profile_may_be_tried_from_a_file(desk: Desk, tmp_path: Path) -> None:
    table = seen(desk, "besucher.csv", VISITS)
    mine = tmp_path / "mine.yml"
    mine.write_text(as_yaml(profile_of(mapping_of(table, suggest(table)[0]), table)), "utf-8")
    report = desk.inspect("besucher.csv", VISITS, ImportOptions(profile=str(mine)))
    assert (report.status, report.profile) == ("loaded", "besucher")
    with pytest.raises(VigieError, match="cannot be read"):
        desk.inspect("besucher.csv", VISITS, ImportOptions(profile=str(tmp_path / "none.yml")))


def test_every_dataset_that_can_be_mapped_gives_a_valid_profile(desk: Desk) -> None:
    for dataset in vocabulary():
        if dataset in ("observations", "responses"):
            continue
        fields = fields_of(dataset)
        header = ",".join(f"Column {place}" for place in range(len(fields)))
        table = seen(desk, "x.csv", f"{header}\n{','.join('x' for _ in fields)}\n")
        columns = {field.name: f"Column {place}" for place, field in enumerate(fields)}
        profile = profile_of(Mapping("mine", "mine", "Mine", dataset, columns), table)
        assert parse_profile(as_yaml(profile), "x") == profile


def test_a_ledger_without_journals_is_read(desk: Desk) -> None:
    table = seen(
        desk, "grand livre.csv", "Compte;Date;Débit;Crédit\n706000;02/01/2026;0,00;12,50\n"
    )
    profile = profile_of(mapping_of(table, columns_for(table, "ledger")), table)
    report = try_profile(desk.workspace, profile, table, Organisation(), ImportOptions())
    assert (report.status, report.rows.loaded) == ("loaded", 1)
    assert report.preview[0]["amount"] == "12.50"


KPI = OwnKpi("calls", "Calls", "Appels", Family.TEAMS, Unit.COUNT, "down", "month")


def test_a_figure_becomes_a_kpi_of_the_workspace(desk: Desk) -> None:
    made = write_kpi(desk.workspace, KPI, date(2026, 11, 22))
    assert (made.label.fr, made.member, made.cadence, made.direction) == (
        "Appels", "product", "month", -1,
    )  # fmt: skip
    assert made.datasets == ("observations:calls",)
    with pytest.raises(VigieError, match="already is a KPI"):
        write_kpi(desk.workspace, KPI, date(2026, 11, 22))
    level = replace(KPI, metric="share", unit=Unit.RATE, grain="level", member="squad")
    assert write_kpi(desk.workspace, level, date(2026, 11, 22)).member == "squad"


def test_a_kpi_that_cannot_be_leaves_the_catalogue_as_it_was(desk: Desk) -> None:
    for wrong in (
        replace(KPI, metric="mrr"),
        replace(KPI, metric="Bad name"),
        replace(KPI, grain="year"),
        replace(KPI, unit=Unit.RATE),
    ):
        with pytest.raises(VigieError):
            write_kpi(desk.workspace, wrong, date(2026, 11, 22))
    folder = desk.workspace.catalogue
    assert not folder.exists() or not list(folder.iterdir())


def test_products_named_in_the_mapping_own_every_row(desk: Desk) -> None:
    table = seen(desk, "besucher.csv", VISITS)
    mapping = replace(mapping_of(table, suggest(table)[0]), constants={"stream": "alpha"})
    report = try_profile(
        desk.workspace, profile_of(mapping, table), table,
        Organisation(products=[Product("alpha", "Alpha")]), ImportOptions(),
    )  # fmt: skip
    assert report.streams == {"alpha": 2 * 2}
    assert report.unknown_streams == ()
