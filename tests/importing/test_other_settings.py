# ruff: noqa: E501 - exports have long lines
"""Exports that other settings, plans and ways of working of the same tools write."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook

from metrics.importing.drafting import mapping_of, profile_of
from metrics.importing.looking import look
from metrics.importing.own_profiles import write_profile
from metrics.importing.report import ImportOptions, Landed
from metrics.importing.suggesting import suggest
from metrics.workspace import Workspace

from .conftest import Desk

ALPHA = ImportOptions(product="alpha")


def _told(landed: Landed) -> dict[str, tuple[int, str]]:
    return {each.reason: (each.rows, each.example) for each in landed.report.problems}


def _land_mapped(desk: Desk, name: str, text: str) -> Landed:
    seen = look(desk.file(name, text))
    write_profile(desk.workspace, profile_of(mapping_of(seen, suggest(seen)[0]), seen))
    return desk.land(name, text, ALPHA)


def test_jiras_answer_over_http_reads_as_its_file_does(desk: Desk) -> None:
    fields = {
        "summary": "One", "status": {"name": "Fini", "statusCategory": {"key": "done"}},
        "project": {"key": "COR"}, "created": "2026-01-05T10:00:00.000+0100",
        "resolutiondate": "2026-01-08T09:00:00.000+0100", "labels": ["a", "b"],
        "customfield_10016": 3.0, "customfield_10020": [{"name": "Sprint 1"}, {"name": "Sprint 2"}],
    }  # fmt: skip
    names = {"customfield_10016": "Story Points", "customfield_10020": "Sprint"}
    answer = {"total": 1, "names": names, "issues": [{"key": "COR-1", "fields": fields}]}
    assert desk.land("search.json", json.dumps(answer)).report.profile == "jira_api"
    assert desk.rows(
        "select source, item_id, status_category, created_day, done_day, points, labels from work_items"
    ) == [("jira", "COR-1", "done", date(2026, 1, 5), date(2026, 1, 8), 3, ["a", "b"])]
    del answer["names"]
    told = desk.land("search.json", json.dumps(answer)).report
    assert [each.details["field"] for each in told.problems] == ["points"]


def test_charts_broken_down_tell_whom_each_row_is_of(desk: Desk) -> None:
    posthog = "series,$browser,country,1-Jan-2026,2-Jan-2026\r\nView,Chrome,FR,5,6\r\nView,Chrome,DE,1,2\r\n"
    amplitude = '"\tActive Users"\r\n\r\n"\tEvent","\tcountry","2025-01-06T00:00:00","2025-01-13T00:00:00"\r\n"\tOpen","\tFrance","12","15"\r\n'
    desk.land("export.csv", posthog, ALPHA)
    desk.land("chart.csv", amplitude, ALPHA)
    assert desk.rows(
        "select metric, dimension, member, sum(value) from observations group by all order by all"
    ) == [
        ("open", "country", "France", 27),
        ("view", "$browser / country", "Chrome / DE", 3),
        ("view", "$browser / country", "Chrome / FR", 11),
    ]


def test_efforts_in_sizes_stand_for_what_the_company_says(workspace: Workspace, desk: Desk) -> None:
    text = "Feature,Reach,Impact,Confidence,Effort\nA,10,High,80%,M\nB,5,Hoch,0.5,XL\nC,1,2,90,3\n"
    assert _told(desk.land("rice.csv", text, ALPHA))["unsaid_efforts"] == (2, "M, XL")
    (workspace.path / "vigie.toml").write_text("effort_sizes = {M = 1, xl = 4.5}\n")
    desk.workspace = Workspace.open(workspace.path)
    assert "unsaid_efforts" not in _told(desk.land("rice.csv", text + "D,1,1,1,1\n", ALPHA))
    assert desk.rows("select title, effort, impact from initiatives order by 1") == [
        ("A", 1, 2), ("B", 4.5, 2), ("C", 3, 2), ("D", 1, 1)
    ]  # fmt: skip


def test_semicolons_tell_that_points_are_of_thousands(desk: Desk) -> None:
    desk.land("rice.csv", "Funcionalidad;Alcance;Impacto;Confianza;Esfuerzo\nA;1.000;Alto;80 %;2\n")
    desk.land("rice2.csv", "Feature;Reach;Impact;Confidence;Effort\nB;1.500;0.25;80 %;2\n")
    assert desk.rows("select reach from initiatives order by title") == [(1000,), (1.5,)]


def test_skills_in_one_cell_are_several(desk: Desk) -> None:
    desk.land("skills.csv", 'Name,Team,Skills\nJane,Core,"Python; SQL"\nAl,Core,"Python, CI/CD"\n')
    assert desk.rows("select person, skill from skills order by all") == [
        ("al", "CI/CD"), ("al", "Python"), ("jane", "Python"), ("jane", "SQL")
    ]  # fmt: skip


def test_days_are_read_as_tools_and_spreadsheets_write_them(desk: Desk) -> None:
    sage = "Journal;Date;N° compte;Libellé;Débit;Crédit\nVEN;50126;706000;Presta;;10,00\nVEN;130226;706000;Presta;;5,00\n"
    desk.land("journal.txt", sage)
    assert desk.rows("select day from ledger order by 1") == [
        (date(2026, 1, 5),), (date(2026, 2, 13),)
    ]  # fmt: skip
    jira = "Resumen;Clave de incidencia;ID de la incidencia;Estado;Clave del proyecto;Creada;Resuelta;Categoría de estado\nA;COR-1;1;Hecho;COR;46027,5;46029,25;Listo\n"
    desk.land("jira.csv", jira)
    assert desk.rows("select created_day, done_day from work_items") == [
        (date(2026, 1, 5), date(2026, 1, 7))
    ]
    visits = "Date,Visits\n2026-01-01,45000\n2026-01-02,46000\n"
    assert suggest(look(desk.file("visits.csv", visits)))[0].figures == {"visits": "Visits"}


def test_payments_of_the_test_mode_do_not_count(desk: Desk) -> None:
    text = "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Mode\nch_1,2026-02-03 10:00,50.00,10.00,eur,Paid,Live\nch_2,2026-02-03 10:00,33.00,0.00,eur,Paid,Test\n"
    assert _told(desk.land("payments.csv", text, ALPHA))["test_row"] == (1, "")
    assert desk.rows("select value from observations") == [(40,)]


def test_a_months_revenue_is_a_months_however_it_is_billed(desk: Desk) -> None:
    mrr = "Subscription ID,Customer,MRR,Currency,Billing period,Start date\n1,c1,100.00,EUR,Yearly,2026-01-05\n"
    _land_mapped(desk, "mrr.csv", mrr)
    billed = "Abo-Nr;Kunde;Tarif;Betrag;Währung;Abrechnung;Beginn\n2;K1;Pro;1.200,00;EUR;jährlich;05.01.2026\n3;K2;Pro Quartal;50,00;EUR;;05.01.2026\n"
    _land_mapped(desk, "abos.csv", billed)
    assert desk.rows(
        "select subscription_id, amount, interval_months from subscription_versions order by 1"
    ) == [("1", 100, 1), ("2", 1200, 12), ("3", 50, 3)]


def test_stages_whose_deals_are_all_past_their_day_are_asked_about(desk: Desk) -> None:
    rows = "".join(
        f"{n},D,{stage},{day} 10:00,5,Alpha,2026-01-02 09:00\n"
        for n, (stage, day) in enumerate(
            [("Signé", "2026-01-20"), ("Closed won", "2026-01-11"), ("Démo", "2099-01-10")]
        )
    )
    header = "Record ID,Deal Name,Deal Stage,Close Date,Amount,Pipeline,Create Date\n"
    assert _told(desk.land("deals.csv", header + rows))["stages_left_open"] == (1, "'Signé'")


def test_tickets_and_initiatives_of_other_tools(desk: Desk) -> None:
    freshdesk = "Ticket ID,Subject,Status,Priority,Type,Agent,Group,Created time,Resolved time,Last update time,Resolution status,Product\n1,Help,Closed,High,,B,X,2026-02-03 10:00:00,2026-02-04 10:00:00,2026-02-04 12:00:00,Within SLA,Alpha\n"
    aha = "Initiative reference #,Initiative name,Initiative status,Initiative start date,Initiative end date,Workspace name\nA-1,Big,In progress,2026-01-05,2026-03-31,Alpha\n"
    assert desk.land("tickets.csv", freshdesk).report.profile == "freshdesk_tickets"
    assert desk.land("initiatives.csv", aha).report.profile == "aha_initiatives"
    assert desk.rows("select status, resolved_day from feedback") == [
        ("resolved", date(2026, 2, 4))
    ]
    assert desk.rows("select state, due_day from initiatives") == [("under_way", date(2026, 3, 31))]


def test_amounts_in_several_currencies_are_not_added_up(desk: Desk) -> None:
    named = "Date,Revenue,Currency\n2026-01-01,100,EUR\n2026-01-02,100,USD\n2026-01-02,50,EUR\n"
    signed = "Date;Sales\n2026-01-01;€100\n2026-01-02;$100\n"
    for name, text in (("revenue.csv", named), ("sales.csv", signed)):
        assert _told(_land_mapped(desk, name, text))["several_currencies"] == (1, "")
    assert desk.rows("select metric, day, value from observations order by all") == [
        ("revenue", date(2026, 1, 1), 100),
        ("revenue", date(2026, 1, 2), 50),
        ("sales", date(2026, 1, 1), 100),
    ]


def test_cents_are_hundredths(desk: Desk) -> None:
    text = "id,customer,amount_cents,currency,started_at,status\ns1,c1,4900,eur,2026-01-05,active\n"
    _land_mapped(desk, "subs.csv", text)
    assert desk.rows("select amount from subscription_versions") == [(49,)]


def test_totals_of_a_period_are_no_row(desk: Desk) -> None:
    text = "Month,Region,Revenue\n2026-01,FR,100\n2026-01,DE,50\n2026-01 Total,,150\nGrand Total,,150\n"
    landed = _land_mapped(desk, "revenue.csv", text)
    assert (landed.report.rows.loaded, landed.report.rows.skipped) == (2, 2)
    assert desk.rows("select value from observations") == [(150,)]


def test_shares_of_a_workbook_are_those_that_it_shows(desk: Desk) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Date", "Clicks", "Impressions", "CTR", "Position"],
                ["2026-01-04", 12, 1234, 0.0097, 5.6]):  # fmt: skip
        sheet.append(row)
    sheet.cell(2, 4).number_format = "0.00%"
    saved = BytesIO()
    book.save(saved)
    desk.land("gsc.xlsx", saved.getvalue(), ALPHA)
    found = dict(desk.rows("select metric, value from observations"))
    assert (found["search_click_rate_percent"], found["search_clicks"]) == (Decimal("0.97"), 12)


def test_hours_counted_to_twelve_tell_that_months_come_first(desk: Desk) -> None:
    text = "ID,Work Item Type,Title,State,Created Date,Closed Date\n12,Story,A,Closed,10/12/2024 9:05:00 AM,11/2/2024 1:00:00 PM\n"
    assert _told(desk.land("Query.csv", text))["day_or_month_first"][0] == 0
    assert desk.rows("select created_day, done_day from work_items") == [
        (date(2024, 10, 12), date(2024, 11, 2))
    ]


def test_shares_of_a_market_are_known_in_other_languages(desk: Desk) -> None:
    text = "Mois;Windows;Alpha;Autre\n2026-01;70,5;20,1;9,4\n"
    desk.land("os_combined-fr-monthly-202601-202602.csv", text)
    assert desk.rows("select player, value from market order by all") == [
        ("Alpha", Decimal("20.1")), ("Autre", Decimal("9.4")), ("Windows", Decimal("70.5"))
    ]  # fmt: skip
