# ruff: noqa: E501 - exports have long lines
"""Exports of other customers of the same tools: their own stages, columns and settings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from metrics.importing.drafting import mapping_of, profile_of
from metrics.importing.looking import look
from metrics.importing.own_profiles import write_profile
from metrics.importing.report import ImportOptions
from metrics.importing.suggesting import suggest, why_nothing

from .conftest import Desk

ALPHA = ImportOptions(product="alpha")


def test_work_items_of_other_customers(desk: Desk) -> None:
    jira = "Résumé,Clé de ticket,ID de ticket,État,Résolution,Création,Résolution,Catégorie d'état,Story point estimate\n"
    jira += "Un,COR-1,1,Terminé(e),Terminé,08/déc./25 14:09,12/déc./25 10:00,Terminé,3\n"
    jira += "Deux,COR-2,2,Terminé(e),Ne sera pas fait,09/déc./25 14:09,11/déc./25 10:00,Terminé,\n"
    desk.land("jira.csv", jira)
    desk.land(
        "words.csv",
        "Résumé,Clé de ticket,État,Résolution,Catégorie d'état\nTrois,COR-3,Fini,Terminé,Terminé\n",
    )
    desk.land(
        "gh.csv",
        "number,title,state,State reason,labels,createdAt,closedAt\n7,One,CLOSED,NOT_PLANNED,bug,2026-01-02T10:00:00Z,2026-01-05T10:00:00Z\n",
    )
    trello = "Card ID,Card Name,Card URL,Due Date,Last Activity Date,List ID,List Name,Board ID,Board Name,Archived,Due Complete\n"
    desk.land(
        "trello.csv",
        trello
        + "65a0000000000000000000c1,A,u,,2026-10-01T08:00:00.000Z,l,Doing,b,Web,false,false\n",
    )
    assert desk.rows(
        "select item_id, status_category, created_day, done_day, points from work_items order by 1"
    ) == [
        ("65a0000000000000000000c1", "doing", date(2024, 1, 11), None, None),
        ("7", "cancelled", date(2026, 1, 2), None, None),
        ("COR-1", "done", date(2025, 12, 8), date(2025, 12, 12), 3),
        ("COR-2", "cancelled", date(2025, 12, 9), None, None),
        ("COR-3", "done", None, None, None),
    ]


def test_deals_say_beside_a_stage_of_the_companys_own_how_they_ended(desk: Desk) -> None:
    hubspot = "Record ID,Deal Name,Deal Stage,Is Closed Won,Is Closed Lost,Close Date,Amount,Pipeline,Create Date\n"
    hubspot += "1,A,Signed,true,false,2026-01-20 10:00,5,Alpha,2026-01-02 09:00\n2,B,Dead,false,true,2026-01-20 10:00,5,Alpha,2026-01-02 09:00\n"
    desk.land("deals.csv", hubspot + "3,C,Closed-won,,,2026-01-20 10:00,5,Alpha,2026-01-02 09:00\n")
    force = "Opportunity Name,Account Name,Stage,Amount,Close Date,Created Date,Won,Closed,Loss Reason\n"
    force += "D,X,Signature,5,1/20/2026,1/2/2026,1,1,\nE,X,Stop,5,1/20/2026,1/2/2026,0,1,No decision\nF,X,Talk,5,1/20/2026,1/2/2026,0,0,\n"
    desk.land("opps.csv", force, ALPHA)
    assert desk.rows("select outcome from deals order by deal_id") == [
        ("won",), ("lost",), ("won",), ("won",), ("no_decision",), ("open",)
    ]  # fmt: skip


def test_shares_that_rows_of_one_period_tell_are_not_added_up(desk: Desk) -> None:
    text = "Domain,Date,Visits,Bounce rate,\nalpha.com,2026-01-01,1000,45%,\nrival.com,2026-01-01,2000,50%,\nalpha.com,2026-01-02,1,51%,\n"
    seen = look(desk.file("traffic.csv", text.replace("rate,", "rate", 1)))
    write_profile(desk.workspace, profile_of(mapping_of(seen, suggest(seen)[0]), seen))
    report = desk.land("traffic.csv", text, ALPHA).report
    told = {problem.reason: (problem.rows, problem.example) for problem in report.problems}
    assert told == {"added_up": (2, "visits"), "shares_left_out": (2, "bounce_rate")}
    assert desk.rows("select metric, day, value from observations order by 1, 2") == [
        ("bounce_rate", date(2026, 1, 2), 51),
        ("visits", date(2026, 1, 1), 3000),
        ("visits", date(2026, 1, 2), 1),
    ]
    only = (
        "Domain,Date,Bounce rate\na.com,2026-02-01,45%\nb.com,2026-02-01,50%\nc.com,2026-02-02,5%\n"
    )
    seen = look(desk.file("bounces.csv", only))
    write_profile(desk.workspace, profile_of(mapping_of(seen, suggest(seen)[0]), seen))
    rows = desk.land("bounces.csv", only, ALPHA).report.rows
    assert (rows.read, rows.loaded, rows.skipped) == (3, 1, 2)


def test_skills_ledgers_and_surveys_of_other_customers(desk: Desk) -> None:
    desk.land("skills.csv", "Name,Team,SQL,Python\nJane,Core,3,2\n")
    desk.land("matrice.csv", "Nom;Compétence;Niveau\nAl;SQL;3 - Confirmé\n")
    assert desk.rows("select person, skill, level from skills order by 1, 2") == [
        ("al", "SQL", 3), ("jane", "Python", 2), ("jane", "SQL", 3)
    ]  # fmt: skip
    desk.land(
        "grand livre.csv",
        "Compte;Libellé du compte;Journal;Période;Cumul débit;Cumul crédit\n706000;Prest;VE;02/2026;0,00;1 200,50\n",
    )
    assert desk.rows("select day, amount from ledger") == [(date(2026, 2, 1), Decimal("1200.50"))]
    asked = "#,How likely are you to recommend us?,Did it help?,Submit Date (UTC),Network ID\n"
    desk.land("typeform.csv", asked + "a,9,1,2026-01-02 10:00:00,n\nb,8,1,2026-01-02 10:01:00,n\n")
    assert desk.rows("select distinct kind from responses") == [("nps",)]


def test_what_is_unknown_is_not_taken_for_what_it_is_not(desk: Desk) -> None:
    delighted = "Survey Type,Score,Comment,Created At,Email\nnps,9,good,2026-01-02 10:00:00 UTC,a@x.fr\nnps,3,bad,2026-01-03 10:00:00 UTC,b@x.fr\n"
    report = desk.inspect("delighted.csv", delighted)
    assert [problem.reason for problem in report.problems] == ["not_recognised"]
    staff = 'Employee #,"Last name, First name",Hire Date,Employment Status,Job Title\n1,"Doe, Jane",01/20/2024,Full-Time,PM\n'
    seen = look(desk.file("BambooHR.csv", staff))
    assert suggest(seen) == []
    assert (told := why_nothing(seen)) is not None
    assert told.reason == "staff_list"
    decisions = "Décision;Date;Statut;Responsable\nPasser à X;02/01/2026;Fait;Jane\n"
    assert suggest(look(desk.file("confluence.csv", decisions))) == []
    yearly = look(desk.file("statista.csv", "Jahr;Umsatz\n2024;1.234,5\n2025;1.300,7\n"))
    assert suggest(yearly)[0].columns == {"period": "Jahr"}
