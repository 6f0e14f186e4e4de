# ruff: noqa: E501 - exports have long lines
"""Each tool's file to landed rows: typed values, accounting, re-imports, undo in any order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from metrics.importing import inspect, remove
from metrics.importing.report import ImportOptions, Landed
from metrics.organisation import Organisation

from .conftest import Desk

EVENTS = """Event Name,Time,Distinct ID,Product,Account ID,Feature
Sign up,2026-03-02 09:00:00,u1,Alpha,a1,
Use,2026-03-02 23:30:00,u1,Alpha,a1,Search
Use,2026-03-03 00:10:00,u2,Gamma,a2,Search
Use,2026-03-03 00:10:00,u2,Gamma,a2,Search
"""


def test_events_are_typed_hashed_and_kept_as_often_as_they_occur(desk: Desk) -> None:
    landed = desk.land("events 2026-03-05.csv", EVENTS)
    report = landed.report
    assert (report.tool, report.dataset, report.status) == ("mixpanel", "events", "loaded")
    assert report.rows.loaded == 4
    assert report.period == (date(2026, 3, 2), date(2026, 3, 3))
    assert report.streams == {"Alpha": 2, "Gamma": 2}
    assert report.unknown_streams == ("Gamma",)
    assert [p.rows for p in report.problems if p.reason == "identical_rows"] == [1]
    first = desk.rows("select time, day, event, feature from events order by time limit 2")
    assert first == [
        (datetime(2026, 3, 2, 8, 0), date(2026, 3, 2), "Sign up", None),
        (datetime(2026, 3, 2, 22, 30), date(2026, 3, 2), "Use", "Search"),
    ]
    assert desk.rows("select count(distinct user_key) from events") == [(2,)]
    archive = desk.workspace.archive / str(landed.archive)
    kept = desk.rows(f"select * from '{archive}'")  # noqa: S608
    assert len(kept) == 4
    assert "u1" not in {cell for row in kept for cell in row}


def test_a_dry_run_reports_the_same_and_writes_nothing(desk: Desk, workspace) -> None:  # type: ignore[no-untyped-def]
    assert workspace.secret
    before = sorted(workspace.path.rglob("*"))
    dry = desk.inspect("events 2026-03-05.csv", EVENTS)
    assert sorted(workspace.path.rglob("*")) == before
    wet = desk.land("events 2026-03-05.csv", EVENTS).report
    assert replace(wet, import_id=None) == dry


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    desk.land("events 2026-03-05.csv", EVENTS)
    before = desk.contents()
    again = desk.land("events 2026-03-05.csv", EVENTS).report
    assert again.status == "unchanged"
    assert (again.rows.read, again.rows.unchanged, again.rows.loaded) == (4, 4, 0)
    assert desk.contents() == before
    assert desk.rows("select count(*) from imports") == [(1,)]


def test_a_later_export_replaces_the_days_it_covers(desk: Desk) -> None:
    desk.land("events 2026-03-05.csv", EVENTS)
    later = EVENTS.replace("Use,2026-03-03 00:10:00,u2,Gamma,a2,Search\n", "", 1) + (
        "Use,2026-03-04 10:00:00,u3,Alpha,a1,Export\n"
    )
    rows = desk.land("events 2026-03-06.csv", later).report.rows
    assert (rows.loaded, rows.replaced, rows.unchanged) == (2, 1, 2)
    assert desk.rows("select stream, day, count(*) from events group by all order by all") == [
        ("Alpha", date(2026, 3, 2), 2),
        ("Alpha", date(2026, 3, 4), 1),
        ("Gamma", date(2026, 3, 3), 1),
    ]


def test_a_row_that_cannot_be_read_is_quarantined_with_its_line(desk: Desk) -> None:
    landed = desk.land(
        "events 2026-03-05.csv",
        EVENTS + "Use,yesterday,joe@x.fr,Alpha,a1,\nUse,2026-03-03\n,,,,,\n",
    )
    rows = landed.report.rows
    assert (rows.read, rows.loaded, rows.quarantined, rows.skipped) == (7, 4, 2, 1)
    assert [(q.line, q.column, q.reason) for q in landed.quarantine] == [
        (6, "Time", "unreadable_value"),
        (7, "", "too_few_cells"),
    ]
    assert "joe" not in landed.quarantine[0].text


JIRA = """Summary,Issue key,Issue Type,Status,Project key,Created,Updated,Resolved,Sprint,Sprint,Labels,Labels,Outward issue link (Blocks),Custom field (Story Points),Status Category,Status Category Changed
"One, with
a break",COR-1,Story,In Review,COR,05/Jan/26 9:00 AM,10/Jan/26 11:13 AM,,S1,S2,production,,COR-2,3,In Progress,09/Jan/26 5:00 PM
Two,COR-2,Bug,Done,COR,05/Jan/26 9:00 AM,10/Jan/26 11:13 AM,08/Jan/26 1:00 PM,S1,,,,,many,Done,08/Jan/26 1:00 PM
"""


def test_jira_collects_repeated_columns_and_reads_both_sides_of_a_link(desk: Desk) -> None:
    report = desk.land("Jira 2026-01-12.csv", JIRA).report
    assert report.confidence == 1.0
    assert report.unknown_streams == ()
    [warning] = [p for p in report.problems if p.reason == "unreadable_optional"]
    assert (warning.column, warning.line, warning.rows) == ("Custom field (Story Points)", 4, 1)
    assert desk.rows(
        "select item_id, status_category, sprints, labels, blocked_by, points, started_day, done_day "
        "from work_items order by item_id"
    ) == [
        ("COR-1", "doing", ["S1", "S2"], ["production"], [], 3, date(2026, 1, 9), None),
        ("COR-2", "done", ["S1"], [], ["COR-1"], None, None, date(2026, 1, 8)),
    ]
    assert report.coverage[0].end == date(2026, 1, 11)


def test_french_jira_means_the_same(desk: Desk) -> None:
    french = (
        "Résumé,Clé de ticket,Type de ticket,État,Clé de projet,Création,Catégorie d’état,"
        "Catégorie d'état modifiée,Champs personnalisés (Story Points),Lien de ticket sortant (Blocks)\n"
        "Un,COR-1,Récit,En revue,COR,08/déc./25 14:09,En cours,09/déc./25 10:00,2,COR-2\n"
        "Deux,COR-2,Bogue,Terminé(e),COR,01/févr./26 08:00,Terminé,02/févr./26 18:30,1,\n"
    )
    desk.land("Jira 2026-02-09.csv", french)
    assert desk.rows(
        "select item_id, status_category, created_at, category_changed_at, blocked_by "
        "from work_items order by item_id"
    ) == [
        ("COR-1", "doing", datetime(2025, 12, 8, 13, 9), datetime(2025, 12, 9, 9, 0), []),
        ("COR-2", "done", datetime(2026, 2, 1, 7, 0), datetime(2026, 2, 2, 17, 30), ["COR-1"]),
    ]


STRIPE = """id,Customer ID,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start Date (UTC),Current Period End (UTC),Trial End (UTC),Canceled At (UTC),Ended At (UTC)
sub_1,cus_1,x@y.z,Alpha,3,eur,month,10.00,active,2026-01-01 10:00,2026-01-01 10:00,2026-02-01 10:00,,,
sub_2,cus_2,x@y.z,Alpha,1,eur,year,1200.00,trialing,2026-01-05 10:00,2026-01-05 10:00,,2026-01-19 23:30,,
sub_3,cus_3,x@y.z,Alpha,1,eur,week,5.00,active,2026-01-05 10:00,2026-01-05 10:00,,,,
sub_4,cus_4,x@y.z,Alpha,1,eur,month,20.00,canceled,2026-01-05 10:00,2026-01-05 10:00,,,2026-01-20 10:00,2026-01-25 10:00
sub_5,cus_5,x@y.z,Alpha,1,eur,month,20.00,incomplete_expired,2026-01-05 10:00,2026-01-05 10:00,,,,
"""


def test_subscriptions_are_paid_from_the_trial_to_the_end(desk: Desk) -> None:
    report = desk.land("subscriptions_2026-02-01.csv", STRIPE).report
    assert (report.rows.loaded, report.rows.skipped, report.rows.quarantined) == (3, 1, 1)
    assert {p.reason for p in report.problems} == {"interval_not_supported", "never_paid"}
    assert desk.rows(
        "select subscription_id, amount, interval_months, start_day, end_day, currency "
        "from subscription_versions order by 1"
    ) == [
        ("sub_1", 30, 1, date(2026, 1, 1), None, "EUR"),
        ("sub_2", 1200, 12, date(2026, 1, 20), None, "EUR"),
        ("sub_4", 20, 1, date(2026, 1, 5), date(2026, 1, 25), "EUR"),
    ]


BOOK = (
    "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Start Date (UTC),Ended At (UTC)\n"
)


def begun(number: int) -> date:
    return date(2023 + number % 30 // 12, number % 12 + 1, 9)


def contracts(ended: Callable[[int], date | None]) -> str:
    """Two hundred subscriptions begun month after month since 2023, and when each ended."""
    rows = [
        f"s{n},c{n},Alpha,1,eur,month,10,{'canceled' if ended(n) else 'active'},{begun(n)},"
        f"{ended(n) or ''}"
        for n in range(200)
    ]
    return BOOK + "\n".join(rows)


def spans(landed: Landed) -> set[tuple[str, date, date]]:
    return {(span.stream, span.start, span.end) for span in landed.report.coverage}


def test_a_history_begins_where_an_export_first_tells_of_ends(desk: Desk) -> None:
    until = date(2026, 1, 31)
    survivors = desk.land("subscriptions_2026-02-01.csv", contracts(lambda n: None))
    assert spans(survivors) == {("Alpha", until, until)}
    late = contracts(lambda n: date(2025, 9 + n % 3, 17) if n < 30 else None)
    told = desk.land("subscriptions_2026-02-02.csv", late)
    assert spans(told) == {("Alpha", date(2025, 9, 1), date(2026, 2, 1))}
    said = {p.reason: p.details for p in told.report.problems}
    assert said["survivors_only"] == {"until": "2025-08-31"}


def test_a_history_with_ends_from_early_on_begins_with_its_first_subscription(desk: Desk) -> None:
    whole = contracts(lambda n: begun(n) + timedelta(90) if n % 4 == 0 else None)
    landed = desk.land("subscriptions_2026-02-01.csv", whole)
    assert spans(landed) == {("Alpha", date(2023, 1, 9), date(2026, 1, 31))}
    few = contracts(lambda n: None).splitlines()[:21]
    assert spans(desk.land("subscriptions_2026-02-02.csv", "\n".join(few))) == {
        ("Alpha", date(2023, 1, 9), date(2026, 2, 1))
    }


def test_an_amount_in_another_currency_keeps_it_and_asks_for_its_rate(desk: Desk) -> None:
    foreign = STRIPE.replace("1,eur,year", "1,usd,year")

    def asked(landed: Landed) -> list[tuple[str, int]]:
        problems = landed.report.problems
        return [(p.example, p.rows) for p in problems if p.reason == "foreign_currency"]

    assert asked(desk.land("subscriptions_2026-02-01.csv", foreign)) == [("USD", 1)]
    assert desk.rows("select subscription_id, currency, amount from subscriptions order by 1") == [
        ("sub_1", "EUR", 30),
        ("sub_2", "USD", 1200),
        ("sub_4", "EUR", 20),
    ]
    desk.land("rates.csv", "currency,date,rate\nusd,2026-01-01,0.92\n")
    assert asked(desk.land("subscriptions_2026-02-08.csv", foreign)) == []


FEC_HEADER = (
    "JournalCode{0}JournalLib{0}EcritureNum{0}EcritureDate{0}CompteNum{0}CompteLib{0}EcritureLib{0}"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", ["\t", "|"])
def test_ledger_amounts_are_credit_less_debit(desk: Desk, encoding: str, separator: str) -> None:
    lines = [
        FEC_HEADER + "Debit{0}Credit{0}",
        "AN{0}À nouveau{0}1{0}20250901{0}512000{0}Banque{0}Report{0}100,00{0}0,00{0}",
        'VE{0}Ventes{0}2{0}20251015{0}706100{0}Été{0}Facture 5" écran{0}0,00{0}0000001 234,50{0}',
        "VE{0}Ventes{0}2{0}20251015{0}411000{0}Clients{0}Facture{0}1234,50{0}0,00{0}",
    ]
    text = "\r\n".join(lines).format(separator) + "\r\n"
    report = desk.land("000000000FEC20251031.txt", text.encode(encoding)).report
    assert report.rows.loaded == 3
    assert desk.rows("select journal, stream, amount from ledger order by amount") == [
        ("VE", "411000", pytest.approx(-1234.5)),
        ("AN", "512000", pytest.approx(-100)),
        ("VE", "706100", pytest.approx(1234.5)),
    ]
    [span] = report.coverage
    assert (span.stream, span.start, span.end) == ("", date(2025, 10, 1), date(2025, 10, 31))


def test_a_ledger_exported_during_a_month_leaves_that_month_open(desk: Desk) -> None:
    text = (FEC_HEADER + "Montant{0}Sens\n").format("\t") + (
        "VE\tVentes\t1\t20251015\t706100\tx\tx\t50,00\tC\n"
        "VE\tVentes\t2\t20251111\t706100\tx\tx\t50,00\tC\n"
        "OD\tAmortissements\t3\t20251231\t681000\tx\tx\t5,00\tD\n"
    )
    taken = ImportOptions(observed_at=datetime(2025, 11, 12, 9, 0))
    [span] = desk.land("000000000FEC20251231.txt", text, taken).report.coverage
    assert (span.start, span.end) == (date(2025, 10, 1), date(2025, 11, 11))


def test_ledger_by_amount_and_side(desk: Desk) -> None:
    text = (FEC_HEADER + "Montant{0}Sens\n").format("\t") + (
        "VE\tVentes\t2\t20251015\t706100\tx\tx\t50,00\tC\n"
        "VE\tVentes\t2\t20251015\t411000\tx\tx\t50,00\tD\n"
        "VE\tVentes\t2\t20251015\t411000\tx\tx\t50,00\t\n"
    )
    landed = desk.land("000000000FEC20251231.txt", text)
    assert [row.reason for row in landed.quarantine] == ["no_amount"]
    assert desk.rows("select account, amount from ledger order by 2") == [
        ("411000", -50),
        ("706100", 50),
    ]


SURVEY = """Horodateur,Produit,"Sur une échelle de 0 à 10, recommanderiez-vous ce produit ?",Êtes-vous satisfait du produit ?,Commentaire,"Si vous ne pouviez plus l'utiliser, seriez-vous déçu ?"
05/03/2026 10:00:00,Alpha,9,5,Très bien,Très déçu(e)
06/03/2026 10:00:00,Alpha,11,5,,Pas déçu(e)
07/03/2026 10:00:00,Beta,6,2,Lent,N/A
"""


def test_survey_questions_are_known_by_their_words(desk: Desk) -> None:
    landed = desk.land("Enquête 2026-03-09.csv", SURVEY)
    assert [(row.line, row.reason) for row in landed.quarantine] == [(3, "outside_scale")]
    assert landed.report.rows.loaded == 2
    assert desk.rows(
        "select stream, day, kind, score, scale_max, comment from responses order by 1, kind"
    ) == [
        ("Alpha", date(2026, 3, 5), "csat", 5, 5, None),
        ("Alpha", date(2026, 3, 5), "nps", 9, 10, "Très bien"),
        ("Alpha", date(2026, 3, 5), "pmf", 3, 3, None),
        ("Beta", date(2026, 3, 7), "csat", 2, 5, None),
        ("Beta", date(2026, 3, 7), "nps", 6, 10, "Lent"),
    ]


def test_engagement_answers_belong_to_the_squad(desk: Desk) -> None:
    text = (
        "Horodateur,Équipe,Je sais ce que l'on attend de moi,Je suis fier de mon travail,"
        "Recommanderiez-vous l'entreprise comme lieu de travail ?\n"
        "20/01/2026 10:00:00,Core,4,5,8\n"
    )
    desk.land("Baromètre 2026-02-02.csv", text)
    assert desk.rows(
        "select stream, kind, wave, score from team_responses order by kind, score"
    ) == [
        ("Core", "engagement", "2026-Q1", 4),
        ("Core", "engagement", "2026-Q1", 5),
        ("Core", "enps", "2026-Q1", 8),
    ]  # fmt: skip


def test_an_nps_table_without_dates_asks_for_one(desk: Desk) -> None:
    table = '"","id","nps","satisfaction","explication"\n"1",23,10,9,NA\n"2",24,7,NA,"déçu é"\n'
    refused = desk.inspect("nps.csv", table.encode("latin-1"))
    assert (refused.status, refused.rows.quarantined) == ("refused", 2)
    assert "no_date" in {problem.reason for problem in refused.problems}
    options = ImportOptions(product="alpha", observed_at=datetime(2026, 3, 31))
    assert desk.land("nps.csv", table.encode("latin-1"), options).report.rows.loaded == 2
    assert desk.rows("select kind, stream, day, score, comment from responses order by 1, 4") == [
        ("csat", "alpha", date(2026, 3, 31), 9, None),
        ("nps", "alpha", date(2026, 3, 31), 7, "déçu é"),
        ("nps", "alpha", date(2026, 3, 31), 10, None),
    ]


DEALS = """Record ID,Deal Name,Deal Stage,Close Date,Amount,Create Date,Product,Competitor,Closed Lost Reason
1,A,Closed won,2026-02-01,"1,200.50",2026-01-01,Alpha,,
2,B,closedlost,2026-02-02,10,2026-01-02,Alpha,Rival,Price
3,C,Closed lost,2026-02-02,10,2026-01-02,Alpha,,No decision
4,D,Contract sent,2026-12-31,10,2026-01-02,Alpha,,
4,D,Qualified,2026-12-31,10,2026-01-02,Alpha,,
"""


def test_deals_have_an_outcome_and_the_last_of_a_repeated_id_counts(desk: Desk) -> None:
    report = desk.land("hubspot-crm-exports-all-2026-03-01.csv", DEALS).report
    assert (report.rows.loaded, report.rows.skipped) == (4, 1)
    assert desk.rows(
        "select deal_id, outcome, closed_day, amount, stage from deals order by 1"
    ) == [
        ("1", "won", date(2026, 2, 1), pytest.approx(1200.5), "Closed won"),
        ("2", "lost", date(2026, 2, 2), 10, "closedlost"),
        ("3", "no_decision", date(2026, 2, 2), 10, "Closed lost"),
        ("4", "open", None, 10, "Qualified"),
    ]


def test_organisation_rows_are_typed_for_the_register(desk: Desk) -> None:
    landed = desk.land(
        "ownerships.csv",
        "person,role,target_kind,target,start,end\np1,CPO,company,,2024-01-01,\n"
        "p2,PM,product,alpha,2024-01-01,2025-06-30\np3,PM,product,,2024-01-01,\n",
    )
    assert landed.report.dataset == "ownerships"
    assert landed.report.rows.quarantined == 1
    assert landed.organisation_rows[0] == {
        "person": "p1", "role": "CPO", "target_kind": "company", "target": "company",
        "start": date(2024, 1, 1), "end": None,
    }  # fmt: skip


PAYMENTS = """id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Fee,Status,Card ID
ch_1,2026-02-04 16:17:09,40.00,0.00,eur,true,1.46,Paid,c
ch_2,2026-02-04 18:17:09,10.00,5.00,eur,true,1.46,Paid,c
ch_3,2026-02-05 18:17:09,10.00,0.00,eur,true,1.46,Failed,c
"""


def test_undo_in_any_order_leaves_what_the_rest_would_have_given(
    desk: Desk, tmp_path: Path
) -> None:
    files = [
        ("events 2026-03-05.csv", EVENTS),
        ("events 2026-03-06.csv", EVENTS.replace("u2", "u9")),
        ("Jira 2026-01-12.csv", JIRA),
        ("Jira 2026-01-19.csv", JIRA.replace("In Review", "Blocked")),
        ("unified_payments_2026-03-01.csv", PAYMENTS),
        ("unified_payments_2026-03-02.csv", PAYMENTS.replace("40.00", "45.00")),
    ]
    expected = {}
    for kept in ([0, 2, 4], [1, 3, 5], [0, 1], []):
        for number in kept:
            desk.land(*files[number])
        expected[tuple(kept)] = desk.contents()
        for import_id in range(1, desk.last_id + 1):
            remove(desk.connection, import_id)
        desk.imports.clear()
    assert len({str(contents) for contents in expected.values()}) == 4
    for kept, contents in expected.items():
        undone = [number for number in range(len(files)) if number not in kept]
        for order in itertools.islice(itertools.permutations(undone), 0, None, 500):
            first = desk.last_id + 1
            for name, text in files:
                desk.land(name, text)
            for number in order:
                remove(desk.connection, first + number)
            assert desk.contents() == contents
            for number in range(len(files)):
                remove(desk.connection, first + number)
            desk.imports.clear()


@pytest.mark.parametrize(
    ("file", "profile", "loaded"),
    [
        ("jira/jira_all_fields_2026.csv", "jira", 68),
        ("jira/jira_fr_sample.csv", "jira", 18),
        ("fec/0000000001FEC20220831_part.txt", "fec", 1496),
        ("fec/000000000FEC20231231.txt", "fec", 2102),
        ("mixpanel/mixpanel_raw_events_2021.csv", "product_events", 399),
        ("nps/nps_satisfaction_fr.csv", "nps_table", 0),
        ("hubspot/hubspot_deals_synthetic.csv", "hubspot_deals", 499),
        ("stripe/unified_payments_testmode_2024.csv", "stripe_payments", 6),
        ("linear/linear_export_2023.csv", "linear", 10),
    ],
)
def test_real_exports(workspace, real_exports: Path, file: str, profile: str, loaded: int) -> None:  # type: ignore[no-untyped-def]
    [report] = inspect(
        workspace, None, [real_exports / file], ImportOptions(), Organisation(), lambda d, *_: (d,)
    )
    assert (report.profile, report.rows.loaded) == (profile, loaded)
    assert report.rows.balanced
    assert report.rows.read > 0


def test_every_other_real_export_is_refused_politely_or_accounted_for(
    workspace,
    real_exports: Path,  # type: ignore[no-untyped-def]
) -> None:
    paths = [path for path in sorted(real_exports.rglob("*")) if path.is_file()]
    reports = inspect(
        workspace, None, paths, ImportOptions(), Organisation(), lambda dataset, *_: (dataset,)
    )
    for report in reports:
        assert report.rows.balanced
        assert report.status == "loaded" or report.problems[0].severity == "refused"


@pytest.mark.parametrize(
    ("dates", "expected"),
    [(("3/4/2026", "3/14/2026"), date(2026, 3, 4)), (("3/4/2026", "14/4/2026"), date(2026, 4, 3))],
)
def test_a_column_tells_whether_its_days_or_months_come_first(
    desk: Desk, dates: tuple[str, str], expected: date
) -> None:
    text = "Event Name,Time,Distinct ID\n" + "".join(f"Use,{day} 10:00,u\n" for day in dates)
    desk.land("upload.csv", text)
    assert desk.rows("select min(day) from landed_events") == [(expected,)]


def test_a_day_without_rows_is_a_gap_only_where_the_days_around_are_busy(desk):
    start = datetime(2025, 1, 6)
    rows = []
    for day in range(70):
        # a product that begins with one visit a day and has twenty a day after a month
        visits = 1 if day < 30 else 20
        if day in (11, 53):
            continue
        rows += [f"Open,{start + timedelta(day, minutes=n)},u{n},Alpha" for n in range(visits)]
    report = desk.land(
        "Mixpanel events.csv", "\n".join(["Event Name,Time,Distinct ID,Product", *rows]) + "\n"
    ).report
    gaps = [problem.details["days"] for problem in report.problems if problem.reason == "gap_days"]
    assert gaps == [str((start + timedelta(53)).date())]
