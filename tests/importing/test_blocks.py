# ruff: noqa: E501 - exports have long lines
"""Web analytics reports: several tables, each with its own period, become dated observations."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from .conftest import Desk

SNAPSHOT = """# ----------------------------------------
# Reports snapshot
# Account: Acme: all
# Property: Alpha
# ----------------------------------------
#\u0020\u0020
# Start date: 20250101
# End date: 20250114
Nth week,Active users
0000,13
0001,22
0002,9

# How are active users trending?
# Start date: 20250101
# End date: 20250102
Nth day,30 days,7 days,1 day
0000,101,14,1
0001,104,14,3

#\u0020\u0020
# Start date: 20250101
# End date: 20250131
Country,Active users
FR,12
#1 land,2

# How well do you retain your users?
# Start date: 20260614
# End date: 20260627
Date,Week 0,Week 1
Jun 14 - Jun 20,73,2
Jun 21 - Jun 27,71

# What sells?
# Start date: 20250101
# End date: 20250131
Item name,Items purchased


"""


def observed(desk: Desk, metric: str) -> list[tuple[object, ...]]:
    return desk.rows(
        f"select day, grain, dimension, member, cast(value as double) from observations where metric = '{metric}' "  # noqa: S608
        "order by day, grain, member"
    )


def test_every_block_of_a_snapshot_counts_in_its_own_period(desk: Desk) -> None:
    report = desk.land("Reports_snapshot.csv", SNAPSHOT.replace("\n", "\r\n")).report
    assert (report.tool, report.rows.read, report.rows.loaded) == ("google_analytics", 9, 9)
    assert report.streams == {"Alpha": 14}
    assert observed(desk, "active_users") == [
        (date(2025, 1, 1), "4 days", "", "", 13.0),  # to the Saturday: weeks begin on Sundays
        (date(2025, 1, 1), "month", "country", "#1 land", 2.0),
        (date(2025, 1, 1), "month", "country", "FR", 12.0),
        (date(2025, 1, 5), "7 days", "", "", 22.0),
        (date(2025, 1, 12), "3 days", "", "", 9.0),
    ]
    assert [row[4] for row in observed(desk, "active_users_7_days")] == [14.0, 14.0]
    assert [row[0] for row in observed(desk, "active_users_1_day")] == [
        date(2025, 1, 1),
        date(2025, 1, 2),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_report_saved_again_by_a_spreadsheet(desk: Desk, delimiter: str) -> None:
    lines = [line + "," * (3 - line.count(",")) for line in SNAPSHOT.splitlines()[:20]]
    text = "\r\n".join(lines).replace(",", delimiter) + "\r\n"
    report = desk.land("Reports_snapshot.csv", text).report
    assert (report.rows.read, report.rows.loaded, report.streams) == (5, 5, {"Alpha": 9})


def test_a_cohort_that_is_not_over_has_no_figure_and_a_true_zero_has(desk: Desk) -> None:
    desk.land(
        "Reports_snapshot.csv", SNAPSHOT.replace(",73,2", ",73,0").replace("27,71", "27,71,-1")
    )
    assert observed(desk, "cohort_users_week_0") == [
        (date(2026, 6, 14), "7 days", "", "", 73.0),
        (date(2026, 6, 21), "7 days", "", "", 71.0),
    ]
    assert observed(desk, "cohort_users_week_1") == [(date(2026, 6, 14), "7 days", "", "", 0.0)]


@pytest.mark.parametrize(
    ("language", "account", "start", "end", "axis", "users"),
    [
        (
            "fr",
            "Compte\u00a0: X",
            "Date de début\u00a0",
            "Date de fin\u00a0",
            "Nième jour",
            "Utilisateurs actifs",
        ),
        ("de", "Konto: X", "Startdatum", "Enddatum", "N-ter Tag", "Aktive Nutzer"),
        (
            "es",
            "Cuenta: X",
            "Fecha de inicio",
            "Fecha de finalización",
            "Nº día",
            "Usuarios activos",
        ),
    ],
)
def test_a_snapshot_means_the_same_in_other_languages(
    desk: Desk, language: str, account: str, start: str, end: str, axis: str, users: str
) -> None:
    rule = "# ----------------------------------------"
    text = f"{rule}\n# Titel: {language}\n# {account}\n# P: Alpha\n{rule}\n#  \n# {start}: 20260524\n# {end}: 20260526\n"
    text += f"{axis},{users}\n0000,5\n0001,0\n0002,8\n"
    report = desk.land("report.csv", text).report
    assert report.streams == {"Alpha": 3}
    assert [(row[0], row[4]) for row in observed(desk, "active_users")] == [
        (date(2026, 5, 24), 5.0), (date(2026, 5, 25), 0.0), (date(2026, 5, 26), 8.0)
    ]  # fmt: skip


def test_a_french_overview_of_totals_alone(desk: Desk) -> None:
    rule = "# ----------------------------------------"
    text = f"{rule}\n# Instantané\n# Compte\u00a0: A\n# Propriété\u00a0: Alpha\n{rule}\n#  \n# Date de début\u00a0: 20260501\n# Date de fin\u00a0: 20260531\n"
    desk.land("report.csv", text + "Utilisateurs actifs,Taux de rebond\n15,0.65\n")
    assert observed(desk, "active_users") == [(date(2026, 5, 1), "month", "", "", 15.0)]
    assert observed(desk, "bounce_rate") == [(date(2026, 5, 1), "month", "", "", 0.65)]


def test_the_total_of_an_exploration_is_left_out(desk: Desk) -> None:
    rule = "# ----------------------------------------"
    text = f"{rule}\n# Alpha\n# Untitled exploration-Free form 1\n# 20260101-20260107\n{rule}\n\n"
    text += "Page path,Date,Sessions,Exits\n,,16,14,Grand total\n/a,20260101,9,8\n/b,20260102,7,6\n/c,20260103,1\n"
    landed = desk.land("download.csv", text)
    rows = landed.report.rows
    assert (rows.read, rows.loaded, rows.skipped, rows.quarantined) == (4, 2, 1, 1)
    assert [(row.line, row.reason) for row in landed.quarantine] == [(11, "too_few_cells")]
    assert observed(desk, "sessions") == [
        (date(2026, 1, 1), "day", "page", "/a", 9.0),
        (date(2026, 1, 2), "day", "page", "/b", 7.0),
    ]
    quarter = [*text.splitlines()[:3], "# 20260115-20260331", rule, ""]
    months = ["Month,Views,Exits", ",9,4,Grand total", "01,4,2", "202602,5,2"]
    desk.land("months.csv", "\n".join(quarter + months))
    assert observed(desk, "views") == [
        (date(2026, 1, 15), "17 days", "", "", 4.0),
        (date(2026, 2, 1), "month", "", "", 5.0),
    ]


def test_a_figure_told_by_two_tables_counts_once(desk: Desk) -> None:
    rule = "# ----------------------------------------"
    text = f"{rule}\n# Report CSV Export\n# Account: A\n# Property: Alpha\n{rule}\n# \n# All Users\n# Start date: 20260105\n# End date: 20260111\n\n"
    text += "Page path,Views\n/,2\n\nPage path,Views,Total users\n/,2,1\n/b,1,1\n"
    rows = desk.land("report.csv", text).report.rows
    assert (rows.read, rows.loaded, rows.skipped) == (3, 2, 1)
    assert [row[1:] for row in observed(desk, "views")] == [
        ("week", "page", "/", 2.0), ("week", "page", "/b", 1.0)
    ]  # fmt: skip


def test_a_comparison_is_not_taken_for_everybody(desk: Desk) -> None:
    rule = "# ----------------------------------------"
    text = f"{rule}\n# Pages\n# Account: A\n# Property: Alpha\n{rule}\n#\n# Mobile traffic\n# Start date: 20260105\n# End date: 20260111\nTotal users,Views,Sessions\n3,4,5\n"
    desk.land("report.csv", text)
    assert observed(desk, "views") == [
        (date(2026, 1, 5), "week", "comparison", "Mobile traffic", 4.0)
    ]


def test_universal_analytics_writes_figures_for_its_reader(desk: Desk) -> None:
    rule = "# ----------------------------------------"
    text = f"{rule}\n# Alpha\n# Landing Pages\n# 20150416-20150417\n{rule}\n\n"
    text += 'Landing Page,Sessions,% New Sessions,Avg. Session Duration,Goal Value\n/x,"1,553",96.02%,00:01:12,£1.50\n/y,3,#DIV/0,00:00:00,£0.00\n,"1,556",95%,00:00:17,£1.50\n\n'
    text += 'Day Index,Sessions\n16/04/2015,"1,000"\n17/04/2015,556\n,"1,556"\n'
    report = desk.land("Analytics.csv", text).report
    assert (report.rows.read, report.rows.loaded, report.rows.skipped) == (6, 4, 2)
    assert [(row[0], row[2], row[4]) for row in observed(desk, "sessions")] == [
        (date(2015, 4, 16), "landing_page", 1553.0),
        (date(2015, 4, 16), "landing_page", 3.0),
        (date(2015, 4, 16), "", 1000.0),
        (date(2015, 4, 17), "", 556.0),
    ]
    assert [row[4] for row in observed(desk, "share_of_new_sessions")] == [0.9602]
    assert {row[4] for row in observed(desk, "average_session_duration")} == {72.0, 0.0}
    assert {row[4] for row in observed(desk, "goal_value")} == {1.5, 0.0}


def test_a_report_whose_preamble_was_cut_off_is_read_by_its_dates(desk: Desk) -> None:
    text = "Session default channel group,Date,Hour,Users,Sessions,Engaged sessions\n"
    text += "Direct,16-04-2026,23,237,300,144\nDirect,16-04-2026,22,7,8,1\nDirect,,21,7,8,1\n"
    landed = desk.land("data-export.csv", text)
    assert (landed.report.rows.loaded, landed.report.rows.quarantined) == (2, 1)
    assert observed(desk, "sessions")[0] == (
        date(2026, 4, 16), "day", "session default channel group × hour", "Direct × 22", 8.0
    )  # fmt: skip


@pytest.mark.parametrize(
    "row",
    ["x,1", "99999999999999999999,1", "0003,1:" + "9" * 5000, "²,1", "0003," + "9" * 400, "0003,1" + " " * 50_000 + "x",
     '"', "0003", "0001,2,3", "#,4", "0009,5"],
)  # fmt: skip
def test_a_row_of_nonsense_is_quarantined_and_the_others_load(desk: Desk, row: str) -> None:
    rule = "# ----------------------------------------"
    text = f"{rule}\n# T\n# Account: A\n# Property: Alpha\n{rule}\n# \n# Start date: 20260105\n# End date: 20260107\nNth day,Views\n"
    text += "".join(f"{index:04},{index}\n" for index in [0, 1, 2] * 140)
    report = desk.inspect("report.csv", text + row + "\n")
    assert (report.rows.loaded, report.rows.quarantined) == (420, 1)


def test_days_that_no_calendar_has_are_no_period(desk: Desk) -> None:
    rule = "# ----------------------------------------"
    text = f"{rule}\n# A\n# B\n# 00010101-99991231\n{rule}\n\nPage path,Views,Sessions\n/,2,1\n"
    assert desk.inspect("report.csv", text).status == "refused"


def test_real_reports_are_accounted_for_to_the_row(desk: Desk, real_exports: Path) -> None:
    """Independent count: lines that are neither blank, a note, nor a block's first line."""
    files = sorted(
        [
            *(real_exports / "ga4").glob("*.csv"),
            *(real_exports / "universal_analytics").glob("*.csv"),
        ]
    )
    assert files
    for file in files:
        count = Counter[str]()
        previous = "blank"
        for line in file.read_text("utf-8-sig").splitlines():
            kind = "blank" if not line.strip() else "note" if line.startswith("#") else "row"
            if kind == "row" and previous in ("blank", "note"):
                kind = "header"
            count[kind] += 1
            previous = "row" if kind == "header" else kind
        report = desk.land(file.name, file.read_bytes()).report
        assert (report.status, report.rows.read) == ("loaded", count["row"]), file.name
        assert report.rows.quarantined == 0


def test_weeks_of_the_real_snapshot_begin_on_sundays(desk: Desk, real_exports: Path) -> None:
    """A week's active users are the trailing 7 days' on its last day, where all is told."""
    file = real_exports / "ga4" / "reports_snapshot_portfolio_2025.csv"
    desk.land(file.name, file.read_bytes())
    equal = desk.rows(
        "select count(*), count_if(w.value = d.value) from observations as w join observations as d "
        "on d.metric = 'active_users_7_days' and d.day = w.day + 6 "
        "where w.metric = 'active_users' and w.grain = '7 days'"
    )
    assert equal[0][0] == 51
    assert int(str(equal[0][1])) >= 45
