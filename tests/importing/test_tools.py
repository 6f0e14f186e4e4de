# ruff: noqa: E501 - exports have long lines
"""Small exports of our own in the shape of each tool: recognised, and read for what they mean."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from metrics.importing.report import FileReport, ImportOptions

from .conftest import Desk

ALPHA = ImportOptions(product="alpha")


def counts(report: FileReport) -> tuple[str, int, int, int, int]:
    rows = report.rows
    return report.profile, rows.read, rows.loaded, rows.skipped, rows.quarantined


def test_azure_devops_reads_states_of_its_templates_and_days_month_first(desk: Desk) -> None:
    text = "\ufeffID,Work Item Type,Title,Assigned To,State,Tags,Iteration Path,Created Date,Closed Date,Story Points\n"
    text += '"4","Bug","One",Joe <joe@x.fr>,"Active","a; b","Web\\Sprint 3","10/12/2025 9:05:00 AM",,"3"\n'
    text += '"5","Task","Two",,"Removed",,"Web","10/13/2025 9:05:00 AM",,\n'
    text += '"6","Task","Three",,"Closed",,"Web","10/13/2025 9:05:00 AM","10/14/2025 1:00:00 PM",\n'
    landed = desk.land("query.csv", text, ImportOptions(squad="core"))
    assert counts(landed.report) == ("azure_devops", 3, 3, 0, 0)
    assert desk.rows(
        "select item_id, status_category, created_day, done_day, points, labels, sprints from work_items order by item_id"
    ) == [
        ("4", "doing", date(2025, 10, 12), None, 3, ["a", "b"], ["Web\\Sprint 3"]),
        ("5", "cancelled", date(2025, 10, 13), None, None, [], ["Web"]),
        ("6", "done", date(2025, 10, 13), date(2025, 10, 14), None, [], ["Web"]),
    ]


def test_french_azure_devops_means_the_same(desk: Desk) -> None:
    text = "ID,Type d'élément de travail,Titre,Affecté à,État,Balises\n4,Tâche,Un,,En cours,\n5,Tâche,Deux,,Fermé,x\n"
    assert counts(desk.land("requete.csv", text, ImportOptions(squad="core")).report) == (
        "azure_devops",
        2,
        2,
        0,
        0,
    )
    assert desk.rows("select status_category from work_items order by item_id") == [
        ("doing",),
        ("done",),
    ]


def test_gitlab_issues_are_named_by_their_address(desk: Desk) -> None:
    text = "Title,Description,Issue ID,URL,State,Author,Confidential,Locked,Due Date,Created At (UTC),Updated At (UTC),Closed At (UTC),Milestone,Weight,Labels,Time Estimate,Time Spent\n"
    text += 'One,"a\nb",1,https://gitlab.com/g/web/-/issues/1,Open,Joe,No,No,2026-03-01,2026-01-02 10:00:00,2026-01-03 10:00:00,,M1,2,"bug,ux",0,0\n'
    text += "One,x,1,https://gitlab.com/g/api/-/issues/1,Closed,Joe,No,No,,2026-01-02 10:00:00,2026-01-03 10:00:00,2026-01-03 09:00:00,,,,0,0\n"
    report = desk.land("g_web_issues_2026-01-04.csv", text).report
    assert counts(report) == ("gitlab_issues", 2, 2, 0, 0)
    assert report.streams == {"g/api": 1, "g/web": 1}
    assert desk.rows(
        "select stream, status_category, done_day, points, labels from work_items order by stream"
    ) == [
        ("g/api", "done", date(2026, 1, 3), None, []),
        ("g/web", "todo", None, 2, ["bug", "ux"]),
    ]


def test_github_projects_and_issues(desk: Desk) -> None:
    project = "Title\tURL\tAssignees\tStatus\tLabels\nOne\thttps://github.com/acme/web/issues/1\tjoe\tIn review\tbug\nTwo\t\t\tTodo\t\n"
    assert counts(desk.land("view.tsv", project).report) == ("github_project", 2, 2, 0, 0)
    issues = "number,title,state,labels,assignees,milestone,createdAt,closedAt\n7,One,OPEN,bug,joe,v1,2026-01-02T10:00:00Z,\n8,Two,CLOSED,,joe,,2026-01-02T10:00:00Z,2026-01-05T10:00:00Z\n"
    assert counts(desk.land("issues.csv", issues).report) == ("github_issues", 2, 2, 0, 0)
    assert desk.rows(
        "select item_id, stream, status_category, done_day from work_items order by item_id"
    ) == [
        ("7", "", "todo", None),
        ("8", "", "done", date(2026, 1, 5)),
        ("Two", "", "todo", None),
        ("https://github.com/acme/web/issues/1", "acme/web", "doing", None),
    ]


def test_a_list_of_trello_whose_meaning_is_unknown_is_told(desk: Desk) -> None:
    text = "Card ID,Card Name,Card URL,Card Description,Labels,Members,Due Date,Last Activity Date,List ID,List Name,Board ID,Board Name,Archived,Start Date,Due Complete\n"
    text += '5ce26158,One,u,d,"x (red), y (blue)",joe,2026-10-09T08:00:00.000Z,2026-10-01T08:00:00.000Z,l,Doing,b,Web,false,,false\n'
    text += "5ce26159,Two,u,d,,,,2026-10-01T08:00:00.000Z,l,Ideas of Bob,b,Web,false,,false\n"
    landed = desk.land("web.csv", text)
    assert counts(landed.report) == ("trello_csv", 2, 2, 0, 0)
    [told] = [each for each in landed.report.problems if each.reason == "unsaid_lists"]
    assert (told.rows, told.details) == (1, {"lists": "'Ideas of Bob'"})
    assert desk.rows("select item_id, status_category from work_items order by 1") == [
        ("5ce26158", "doing"),
        ("5ce26159", "todo"),
    ]


@pytest.mark.parametrize(
    ("above", "day", "grain"),
    [
        ("27 January 2026 - 23 February 2026", date(2026, 1, 27), "28 days"),
        ("1 janvier 2026 - 31 janvier 2026", date(2026, 1, 1), "month"),
        ("February 2, 2026 - February 8, 2026", date(2026, 2, 2), "week"),
        ("2. Februar 2026 – 2. Februar 2026", date(2026, 2, 2), "day"),
        ("1 de marzo de 2026 - 31 de marzo de 2026", date(2026, 3, 1), "month"),
    ],
)
def test_the_period_above_a_campaign_report_dates_its_rows(
    desk: Desk, above: str, day: date, grain: str
) -> None:
    header = "Campaign status\tCampaign\tBudget\tCampaign type\tClicks\tImpr.\tCTR\tCost\n"
    rows = 'Enabled\tACME\t10.00\tSearch\t264\t"9,380"\t2.81%\t365.22\n'
    total = 'Total: Account\t --\t --\t --\t264\t"9,380"\t2.81%\t365.22\n'
    text = f"Campaign report\n{above}\n{header}{rows}{total}"
    landed = desk.land("campaigns.csv", text.encode("utf-16"), ImportOptions(product="alpha"))
    assert counts(landed.report) == ("google_ads", 2, 1, 1, 0)
    assert desk.rows("select metric, day, grain, member, value from observations order by 1") == [
        ("ad_clicks", day, grain, "ACME", 264),
        ("ad_cost", day, grain, "ACME", Decimal("365.22")),
        ("ad_impressions", day, grain, "ACME", 9380),
    ]


@pytest.mark.parametrize("above", ["All time", "31 February 2026 - 1 March 2026", "", "2026"])
def test_a_campaign_report_that_tells_no_period_is_refused(desk: Desk, above: str) -> None:
    header = "Campaign status\tCampaign\tBudget\tCampaign type\tClicks\tImpr.\tCTR\tCost\n"
    row = "Enabled\tACME\t10.00\tSearch\t264\t9380\t2.81%\t365.22\n"
    landed = desk.land("campaigns.csv", f"Campaign report\n{above}\n{header}{row}")
    assert landed.report.status == "refused"


def test_a_rating_beyond_any_scale_is_set_aside(desk: Desk) -> None:
    text = "id,opened,product,rating,text\n1,2026-03-01,Alpha,4,fine\n2,2026-03-01,Alpha,1778343102000,x\n"
    landed = desk.land("feedback.csv", text)
    assert [(row.line, row.reason) for row in landed.quarantine] == [(3, "outside_scale")]


def test_a_report_of_salesforce_ends_before_its_notes(desk: Desk) -> None:
    rows = [
        '"Opportunity Owner","Account Name","Opportunity Name","Stage","Amount","Close Date","Created Date","Opportunity ID"',
        '"Zoé","Total","Big","Closed Won","1,200.50","9/30/2026","1/15/2026","006A"',
        '"Zoé","Acme","Big","Prospecting","5","10/1/2026","2/1/2026","006B"',
    ]
    notes = [
        "",
        '"Grand Totals (2 records)"',
        '""',
        '"My report"',
        '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."',
        '"Confidential Information - Do Not Distribute"',
        '"Generated By:  Zoé 11/2/2026"',
        '"Acme"',
    ]
    rows += [row.replace("006B", f"006{letter}") for row in rows[2:] for letter in "CDEFGH"]
    text = "\n".join([*rows, *notes]).encode("latin-1")
    landed = desk.land("report.csv", text, ALPHA)
    profile, read, loaded, skipped, quarantined = counts(landed.report)
    assert (profile, loaded, quarantined, read - skipped) == ("salesforce_opportunities", 8, 0, 8)
    assert desk.rows(
        "select deal_id, amount, outcome, created_day, closed_day from deals order by deal_id limit 2"
    ) == [
        ("006A", 1200.50, "won", date(2026, 1, 15), date(2026, 9, 30)),
        ("006B", 5, "open", date(2026, 2, 1), None),
    ]


def test_pipedrive_deals_go_by_their_status(desk: Desk) -> None:
    text = "Deal - ID,Deal - Title,Deal - Value,Deal - Stage,Deal - Status,Deal - Creation date,Deal - Closed on,Deal - Lost reason\n1,A,10,Negotiation,Won,2026-01-02,2026-02-03,\n2,B,20,Negotiation,Lost,2026-01-02,2026-02-03,Price\n"
    assert counts(desk.land("deals.csv", text, ALPHA).report) == ("pipedrive_deals", 2, 2, 0, 0)
    assert desk.rows("select outcome, amount from deals order by deal_id") == [
        ("won", 10),
        ("lost", 20),
    ]


def test_lines_of_an_odoo_order_below_the_first_detail_it(desk: Desk) -> None:
    text = '"Status","Order Reference","Creation Date","Customer","Order Lines/Product","Order Lines/Quantity","Total"\n'
    text += '"Sales Order","S1","2026-01-02 10:00:00","A","P","1.0","30.0"\n"","","","","Q","2.0",""\n"Cancelled","S2","2026-01-03 10:00:00","B","P","1.0","10.0"\n'
    assert counts(desk.land("Sales Order (sale.order).csv", text, ALPHA).report) == (
        "odoo_sale_orders",
        3,
        2,
        1,
        0,
    )
    assert desk.rows("select deal_id, outcome, amount from deals order by deal_id") == [
        ("S1", "won", 30),
        ("S2", "lost", 10),
    ]
    french = '"État","Référence commande","Date de création","Client","Total"\n"Bon de commande","S3","2026-01-02 10:00:00","A","5,50"\n'
    desk.land("Bon de commande (sale.order).csv", french, ALPHA)
    assert desk.rows("select outcome, amount from deals where deal_id = 'S3'") == [("won", 5.50)]


def test_french_accounting_reads_commas_and_leaves_totals_out(desk: Desk) -> None:
    text = "N° Compte;Libellé du compte;Date;Journal;N° de pièce;Libellé mouvement;Montant Débit;Montant Crédit\n"
    text += "706000;Ventes;05/01/2026;VE;1;Facture;;1 234,50\n411000;Clients;05/01/2026;VE;1;Facture;1.234,50;\nTotal;;;;;;1234,50;1234,50\n"
    landed = desk.land("journal.csv", text.encode("cp1252"))
    assert counts(landed.report) == ("accounting_fr", 3, 2, 1, 0)
    assert desk.rows("select account, day, amount from ledger order by account") == [
        ("411000", date(2026, 1, 5), -1234.50),
        ("706000", date(2026, 1, 5), 1234.50),
    ]


def test_sheets_of_priorities(desk: Desk) -> None:
    text = "Feature ID,Feature Title,Description,MoSCoW,Reach,Impact,Confidence,Effort,RICE Score\nF1,Search,x,Must,1000,high,80%,2,800\nF2,Export,x,Won't,10,0.5,50,1,2.5\n"
    assert counts(desk.land("rice.csv", text, ALPHA).report) == ("rice_sheet", 2, 2, 0, 0)
    assert desk.rows(
        "select initiative_id, moscow, cast(reach as double), cast(impact as double), cast(confidence as double), cast(effort as double) from initiatives order by 1"
    ) == [
        ("F1", "must", 1000, 2, 0.8, 2),
        ("F2", "wont", 10, 0.5, 0.5, 1),
    ]
    french = "Fonctionnalité,Portée,Impact,Confiance,Effort,Priorité MoSCoW\nRecherche,100,fort,90%,3,Indispensable\n"
    assert counts(desk.land("priorites.csv", french, ALPHA).report)[:3] == ("rice_sheet", 1, 1)


def test_boards_of_productboard_and_aha(desk: Desk) -> None:
    board = 'entity_uuid,entity_name,description,status_name,pb_url,April 2026\nu1,Search,"<p>a\nb</p>",In progress,https://x,X\n'
    assert counts(desk.land("board.csv", board, ALPHA).report) == ("productboard", 1, 1, 0, 0)
    aha = "Feature reference #,Feature name,Feature status,Initiative name,Epic name,Epic name,Feature start date,Feature end date\nA-1,Export,Shipped,Grow,,,2026-01-02,2026-02-03\n"
    assert counts(desk.land("features.csv", aha, ALPHA).report) == ("aha_features", 1, 1, 0, 0)
    assert desk.rows("select initiative_id, state, due_day from initiatives order by 1") == [
        ("A-1", "shipped", date(2026, 2, 3)),
        ("u1", "under_way", None),
    ]


def test_figures_of_search_and_advertising(desk: Desk) -> None:
    dates = (
        "Date,Clicks,Impressions,CTR,Position\n2026-01-05,12,1000,1.2%,8.4\n2026-01-06,0,900,0%,9\n"
    )
    assert counts(desk.land("Dates.csv", dates, ALPHA).report) == ("search_console", 2, 2, 0, 0)
    french = "Date,Clics,Impressions,CTR,Position\n2026-01-07,3,10,30%,1\n"
    desk.land("Graphique.csv", french, ALPHA)
    assert desk.rows("select day, cast(value as int) from observations where metric = 'search_clicks' order by 1") == [
        (date(2026, 1, 5), 12), (date(2026, 1, 6), 0), (date(2026, 1, 7), 3),
    ]  # fmt: skip
    report = "Campaign report\n1 January 2026 - 2 January 2026\nDay\tCampaign status\tCampaign\tClicks\tImpr.\tCost\tConversions\n"
    report += '2026-01-01\tEnabled\tSpring\t264\t"9,380"\t365.22\t --\n --\t\tTotal: Campaigns\t264\t"9,380"\t365.22\t --\n'
    landed = desk.land("Campaign report.csv", report.encode("utf-16"), ALPHA)
    assert counts(landed.report) == ("google_ads", 2, 1, 1, 0)
    assert desk.rows("select metric, member, cast(value as double) from observations where metric like 'ad_%' order by 1") == [
        ("ad_clicks", "Spring", 264.0), ("ad_cost", "Spring", 365.22), ("ad_impressions", "Spring", 9380.0),
    ]  # fmt: skip


def test_a_column_a_day(desk: Desk) -> None:
    trend = "Target;Target Type;Metric;Database;Summary;2026-02-10;2026-02-11\nalpha.com;root domain;Organic Traffic;FR;30;10;20\n"
    assert counts(desk.land("overview-trend.csv", trend).report) == ("semrush", 1, 1, 0, 0)
    refused = desk.land("overview-trend.csv", trend, ALPHA).report
    assert [problem.reason for problem in refused.problems] == ["several_players"]
    assert desk.rows(
        "select metric, day, grain, cast(value as int) from observations order by day"
    ) == [
        ("organic_traffic", date(2026, 2, 10), "day", 10),
        ("organic_traffic", date(2026, 2, 11), "day", 20),
    ]
    posthog = (
        "series,1-Jan-2026,1-Feb-2026\r\n$pageview - current,5,6\r\n$pageview - previous,1,2\r\n"
    )
    assert counts(desk.land("export.csv", posthog, ALPHA).report) == ("posthog_trends", 2, 1, 1, 0)
    assert desk.rows(
        "select day, grain, cast(value as int) from observations where source = 'posthog' order by day"
    ) == [
        (date(2026, 1, 1), "month", 5),
        (date(2026, 2, 1), "month", 6),
    ]
    amplitude = (
        '"\tActive Users"\r\n\r\n"\t","2025-01-06T00:00:00","2025-01-13T00:00:00"\r\n'
        '"\tApp","12","15"\r\n"\t[Previous] App","9","9"\r\n'
    )
    report = desk.land("chart.csv", amplitude, ALPHA).report
    assert counts(report) == ("amplitude_chart", 2, 1, 1, 0)
    assert desk.rows(
        "select metric, day, grain, cast(value as int) from observations where source = 'amplitude' order by day"
    ) == [("app", date(2025, 1, 6), "week", 12), ("app", date(2025, 1, 13), "week", 15)]


def test_a_survey_whose_header_takes_two_rows(desk: Desk) -> None:
    text = 'Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,"How likely are you to recommend Alpha?",Which do you use?,,Why this score?\n'
    text += ",,,,,,Response,Search,Export,Open-Ended Response\n"
    text += '11,1,01/14/2026 09:00:00 AM,01/14/2026 09:05:00 AM,10.0.0.1,joe@x.fr,9,Search,,"Fast,\nneat"\n12,1,01/15/2026 01:00:00 PM,01/15/2026 01:05:00 PM,10.0.0.2,zoe@x.fr,11,,Export,\n'
    landed = desk.land("Alpha survey.csv", text, ALPHA)
    assert counts(landed.report) == ("survey_answers", 2, 1, 0, 1)
    assert [(row.line, row.reason) for row in landed.quarantine] == [(5, "outside_scale")]
    assert desk.rows("select kind, cast(score as double), day, question from responses") == [
        ("nps", 9.0, date(2026, 1, 14), "How likely are you to recommend Alpha?")
    ]
    titled = desk.inspect("Alpha survey.csv", f"Customer survey 2026\n\n{text}", ALPHA)
    assert counts(titled) == ("survey_answers", 2, 1, 0, 1)


def test_market_shares_are_not_searches(desk: Desk) -> None:
    text = "Month,Chrome,Alpha,Other\n2026-01,60.1,1.2,38.7\n2026-02,60,1.3,38.7\n"
    report = desk.land("browser_ww_monthly_202601_202602.csv", text).report
    assert counts(report) == ("statcounter", 2, 2, 0, 0)


def test_real_exports_are_known_by_their_tool(desk: Desk, real_exports: Path) -> None:
    """(profile, rows read, loaded, left out); the rest is quarantined."""
    expected = {
        "azure_devops/azure_query_minimal.csv": ("azure_devops", 6, 6, 0, 0),
        "odoo/odoo_sale_order_lines_2022.csv": ("odoo_sale_orders", 383, 79, 304, 0),
        "rice/rice_features_synthetic.csv": ("rice_sheet", 299, 299, 0, 0),
        "market/semrush_overview_trend_semicolon.csv": ("semrush", 6, 6, 0, 0),
        "statcounter/browser_ww_monthly_201910_202110.csv": ("statcounter", 25, 25, 0, 0),
        "statcounter/os_combined_ww_monthly_201910_202110.csv": ("statcounter", 25, 25, 0, 0),
        "google_ads/campaign_report_utf16_tsv.csv": ("google_ads", 3, 1, 2, 0),
    }
    for name, told in expected.items():
        file = real_exports / name
        named = () if told[0] in ("semrush", "statcounter") else (ALPHA,)
        assert counts(desk.land(file.name, file.read_bytes(), *named).report) == told


def test_a_user_of_one_product_analytics_tool_is_not_that_of_another(desk: Desk) -> None:
    mixpanel = "Event Name,Time,Distinct ID,Product\nOpen,2026-01-05T10:00:00,u1,Alpha\n"
    flattened = (
        "*.uuid,*.event,*.timestamp,*.team_id,*.distinct_id,*.elements_chain,*.created_at\r\n"
        "a,Open,2026-01-05T10:00:00Z,1,u1,,\r\n"
    )
    amplitude = (
        '{"event_type": "Open", "user_id": "u1", "amplitude_id": 7,'
        ' "event_time": "2026-01-05 10:00:00.000000"}\n'
    )
    for name, text, profile in (
        ("mixpanel.csv", mixpanel, "product_events"),
        ("posthog.csv", flattened, "posthog_events"),
        ("1_2026-01-05_0.json", amplitude, "amplitude_events"),
    ):
        options = ImportOptions() if profile == "product_events" else ALPHA
        assert desk.land(name, text, options).report.profile == profile
    assert desk.rows("select count(*), count(distinct user_key) from events") == [(3, 3)]


@pytest.mark.parametrize(
    ("name", "text", "profile", "query", "rows"),
    [
        (
            "tickets.csv",
            "Ticket ID,Ticket Name,Ticket Description,Ticket Status,Pipeline,Ticket Priority,Create Date,Last Activity Date,Close Date,Ticket Owner\n"
            "1,Slow,x,Closed,Alpha,HIGH,2026-01-02,2026-01-03,2026-01-04,Ann\n2,Odd,x,New,Alpha,LOW,2026-01-05,2026-01-05,,Ann\n",
            "hubspot_tickets",
            "select day, status, resolved_day from feedback order by 1",
            [(date(2026, 1, 2), "resolved", date(2026, 1, 4)), (date(2026, 1, 5), "open", None)],
        ),
        (
            "retention.csv",
            "cohort,cohort size,Day 0,Day 1\r\n2026-03-01,10,10,4\r\n2026-03-02,8,8,\r\n",
            "posthog_retention",
            "select metric, day, value::int from observations where metric <> 'day_0' order by 1, 2",
            [("day_1", date(2026, 3, 1), 4), ("retention_cohort_size", date(2026, 3, 1), 10), ("retention_cohort_size", date(2026, 3, 2), 8)],
        ),
        (
            "project.task.csv",
            '"Titel","Hauptaufgabe","Projekt","Zugewiesen an","Geplante Stunden","Stufe"\n"Neu","","Core","A","3.0","In Arbeit"\n"Alt","Neu","Core","B","1.0","Erledigt"\n',
            "odoo_tasks",
            "select item_id, status_category, stream from work_items order by 1",
            [("Alt", "done", "Core"), ("Neu", "doing", "Core")],
        ),
    ],
)  # fmt: skip
def test_further_tables_of_known_tools(desk, name, text, profile, query, rows):
    report = desk.land(name, text).report
    assert (report.profile, report.status, report.rows.quarantined) == (profile, "loaded", 0)
    assert desk.rows(query) == rows
