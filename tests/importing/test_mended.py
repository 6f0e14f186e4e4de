"""Rows set aside, downloaded, mended and imported again."""

from __future__ import annotations

import csv
from dataclasses import asdict

from dashboard import import_tables

from .conftest import Desk

JIRA = "Summary,Issue key,Status,Project key,Created,Status Category,Story Points\n"
JIRA += "One,A-1,Done,A,2026-01-02 10:00,Done,-2\nTwo,A-2,Odd,A,2026-01-02 10:00,Odd,3\n"
EVENTS = "Event Name,Time,Distinct ID,Product\nOpen,2026-01-02 10:00:00,u1,alpha\n"
EVENTS += "Open,yesterday,u2,alpha\n"


def test_mended_rows_join_the_others(desk: Desk) -> None:
    landed = desk.land("jira.csv", JIRA)
    assert [row.line for row in landed.quarantine] == [3]
    text = import_tables.quarantine(asdict(row) for row in landed.quarantine).decode("utf-8-sig")
    [row] = csv.DictReader(text.splitlines())
    assert (row["vigie_line"], row["Issue key"]) == ("3", "A-2")
    report = desk.land("mended.csv", text.replace("Odd", "Done")).report
    assert (report.profile, report.rows.loaded, report.rows.quarantined) == ("jira", 1, 0)
    assert desk.rows("select item_id, points from work_items order by item_id") == [
        ("A-1", -2),
        ("A-2", 3),
    ]


def test_mended_rows_of_days_that_would_be_replaced_are_refused(desk: Desk) -> None:
    landed = desk.land("events.csv", EVENTS)
    text = import_tables.quarantine(asdict(row) for row in landed.quarantine).decode("utf-8-sig")
    report = desk.inspect("mended.csv", text.replace("yesterday", "2026-01-02 11:00:00"))
    assert [problem.reason for problem in report.problems] == ["mended_rows_alone"]


def test_broken_rows_keep_their_text_and_formulas_stay_harmless() -> None:
    rows = [
        {"line": 4, "column": "", "reason": "too_many_cells", "text": "a,b,c"},
        {"line": 5, "column": "x", "reason": "y", "text": '{"x": "=1+1", "n": "-12,5"}'},
    ]
    assert import_tables.quarantine(rows).decode("utf-8-sig").splitlines() == [
        "vigie_line,vigie_reason,vigie_text,x,n",
        '4,too_many_cells,"a,b,c",,',
        '5,x y,,\'=1+1,"-12,5"',
    ]
