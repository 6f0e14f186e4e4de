"""Every export at hand: recognised, or mapped, or politely not; its rows counted another way."""

from __future__ import annotations

import codecs
import csv
import io
from datetime import datetime
from pathlib import Path

import pytest

from metrics.importing.drafting import mapping_of, profile_of
from metrics.importing.looking import look
from metrics.importing.own_profiles import write_profile
from metrics.importing.report import ImportOptions
from metrics.importing.suggesting import suggest, why_nothing

from .conftest import Desk

#: By file: its profile, and of its rows those loaded, left out by a rule and set aside.
KNOWN = {
    "azure_devops/azure_query_minimal.csv": ("azure_devops", 6, 0, 0),
    "fec/0000000001FEC20220831_part.txt": ("fec", 1496, 0, 0),
    "fec/000000000FEC20231231.txt": ("fec", 2102, 0, 0),
    "ga4/exploration_free_form_grand_total.csv": ("google_analytics", 293, 1, 0),
    "ga4/instantane_des_rapports_fr_2026.csv": ("google_analytics", 45, 0, 0),
    "ga4/pages_and_screens_2026.csv": ("google_analytics", 56, 0, 0),
    "ga4/pages_weekly_2021.csv": ("google_analytics", 302, 144, 0),
    "ga4/reports_snapshot_portfolio_2025.csv": ("google_analytics", 848, 0, 0),
    "ga4/traffic_hourly_cleaned_2024.csv": ("google_analytics", 1499, 0, 0),
    "google_ads/campaign_report_utf16_tsv.csv": ("google_ads", 1, 2, 0),
    "google_forms/engagement_survey_2025.csv": ("survey_answers", 39, 0, 0),
    "google_trends/multitimeline_fr_lt1.csv": ("google_trends", 114, 0, 0),
    "hubspot/hubspot_deals_synthetic.csv": ("hubspot_deals", 499, 0, 0),
    "jira/jira_all_fields_2026.csv": ("jira", 68, 0, 0),
    "jira/jira_fr_sample.csv": ("jira", 18, 0, 0),
    "linear/linear_export_2023.csv": ("linear", 10, 0, 0),
    "market/semrush_overview_trend_semicolon.csv": ("semrush", 6, 0, 0),
    "mixpanel/mixpanel_raw_events_2021.csv": ("product_events", 399, 0, 0),
    "odoo/odoo_sale_order_lines_2022.csv": ("odoo_sale_orders", 79, 304, 0),
    "rice/rice_features_synthetic.csv": ("rice_sheet", 299, 0, 0),
    "skills/skills_matrix_demo.csv": ("skills_list", 6, 0, 0),
    "statcounter/browser_ww_monthly_201910_202110.csv": ("statcounter", 25, 0, 0),
    "statcounter/os_combined_ww_monthly_201910_202110.csv": ("statcounter", 25, 0, 0),
    "stripe/unified_payments_testmode_2024.csv": ("stripe_payments", 6, 0, 0),
    "universal_analytics/ua_landing_pages_excerpt_2015.csv": ("google_analytics", 2, 2, 0),
}
#: Files that say no date, so that nothing of them can be told.
UNDATED = (
    "subscriptions_generic/saas_projection_synthetic.csv",
    "surveymonkey/survey_crosstab_banner.csv",
    "surveymonkey/surveymonkey_two_row_header_starwars.csv",
)


def text_of(file: Path) -> str:
    content = file.read_bytes()
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def rows_of(file: Path) -> int:
    """The records of a file that are neither blank nor a header nor a note, by other means."""
    text = text_of(file)
    if text.startswith("# -"):
        rows, heads = 0, True
        for line in text.splitlines():
            if not line.strip(" ,") or line.startswith("#"):
                heads = True
            elif heads:
                heads = False
            else:
                rows += 1
        return rows
    delimiter = max("\t;,", key=text.splitlines()[-1].count)
    plain = io.StringIO(text.replace('"', "") if "FEC" in file.name else text, "")
    records = [
        record
        for record in csv.reader(plain, delimiter=delimiter)
        if any(cell.strip() for cell in record)
    ]
    widest = max(map(len, records))
    return len(records) - 1 - next(n for n, each in enumerate(records) if len(each) == widest)


def test_every_known_export_is_read_to_its_last_row(desk: Desk, real_exports: Path) -> None:
    for name, (profile, loaded, skipped, quarantined) in KNOWN.items():
        file = real_exports / name
        report = desk.land(file.name, file.read_bytes()).report
        rows = report.rows
        assert (name, report.profile, rows.read) == (name, profile, rows_of(file))
        assert (rows.loaded, rows.skipped, rows.quarantined) == (loaded, skipped, quarantined), name
    board = real_exports / "trello/trello_board_export.json"
    rows = desk.land(board.name, board.read_bytes()).report.rows
    assert (rows.read, rows.loaded) == (20, 20)
    named = {path.relative_to(real_exports).as_posix() for path in real_exports.rglob("*.*")}
    mapped = {"notion/notion_gantt_db_ja.csv", "nps/nps_satisfaction_fr.csv"}
    assert named == {*KNOWN, *UNDATED, *mapped, "trello/trello_board_export.json"}


def test_ranges_of_a_board_become_dates_once_it_is_mapped(desk: Desk, real_exports: Path) -> None:
    file = real_exports / "notion/notion_gantt_db_ja.csv"
    table = look(desk.file(file.name, file.read_bytes()))
    best = suggest(table)[0]
    assert (best.dataset, best.columns) == ("initiatives", {"title": "Name", "dates": "Date"})
    write_profile(desk.workspace, profile_of(mapping_of(table, best), table))
    rows = desk.land(file.name, file.read_bytes(), ImportOptions(product="alpha")).report.rows
    assert (rows.read, rows.loaded, rows.skipped) == (rows_of(file), 36, 3)  # 3 titles come twice
    assert desk.rows("select count(begun_day), count(due_day) from initiatives") == [(36, 36)]


def test_scores_without_a_date_are_of_the_day_that_a_person_says(
    desk: Desk, real_exports: Path
) -> None:
    file = real_exports / "nps/nps_satisfaction_fr.csv"
    report = desk.land(file.name, file.read_bytes()).report
    assert [problem.reason for problem in report.problems][:2] == ["nothing_loads", "no_date"]
    said = ImportOptions(product="alpha", observed_at=datetime(2026, 3, 31))
    rows = desk.land(file.name, file.read_bytes(), said).report.rows
    assert (rows.read, rows.loaded + rows.skipped) == (rows_of(file), rows_of(file))
    records = list(csv.DictReader(io.StringIO(text_of(file), "")))
    scores = [float(each["nps"]) for each in records if each["nps"] != "NA"]
    found = desk.rows("select count(*), sum(score) from responses where kind = 'nps'")
    assert [(int(str(n)), float(str(total))) for n, total in found] == [(len(scores), sum(scores))]


@pytest.mark.parametrize("name", UNDATED)
def test_what_says_no_date_is_refused_politely(desk: Desk, real_exports: Path, name: str) -> None:
    file = real_exports / name
    report = desk.land(file.name, file.read_bytes()).report
    assert (report.status, report.problems[0].severity) == ("refused", "refused")
    table = look(desk.file(file.name, file.read_bytes()))
    why = why_nothing(table)
    assert (suggest(table), why and why.reason) == ([], "undated_table")
