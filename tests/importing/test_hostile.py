"""Anything can be dropped on the importer: it ends in a report, and nothing is written."""

from __future__ import annotations

import pytest

from metrics.importing.reasons import explain, reasons

from .conftest import Desk

HEADER = "Event Name,Time,Distinct ID,Product\n"
HOSTILE = {
    "empty": (b"", "empty_file"),
    "blank": (b" \n\n", "empty_file"),
    "header only": (HEADER.encode(), "header_only"),
    "image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_a_table"),
    "binary": (bytes(range(1, 256)) * 20, "binary"),
    "workbook": (b"PK\x03\x04" + b"x" * 100, "damaged_archive"),
    "nul": (HEADER.encode() + b"Use,2026-01-01 10:00:00,u\0,Alpha\n", "binary"),
    "5,000 columns": ((",".join(f"c{i}" for i in range(5000)) + "\n") * 3, "too_many_columns"),
    "one column": (b"hello\nworld\n", "one_column"),
    "two encodings": (
        HEADER.encode() + "Été,2026-01-01 10:00:00,u,A\n".encode() * 2
        + "Été,2026-01-01 10:00:00,u,A\n".encode("cp1252"),
        "mixed_encodings",
    ),
    "unknown tool": (b"colour,taste\nred,sweet\n", "not_recognised"),
    "nothing readable": (HEADER.encode() + b"Use,soon,u,Alpha\n", "nothing_loads"),
    "lone quote": (HEADER.encode() + b'"Use,2026-01-01 10:00:00,u,Alpha\n', "nothing_loads"),
    "far years": (
        HEADER.encode() + b"Use,0001-01-01 00:00:00,u,A\nUse,9999-12-31 00:00:00,u,A\n",
        "nothing_loads",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_and_write_nothing(desk: Desk, name: str) -> None:
    content, reason = HOSTILE[name]
    landed = desk.land("upload.csv", content)
    report = landed.report
    assert report.status == "refused"
    assert report.problems[0].severity == "refused"
    assert report.problems[0].reason == reason
    assert landed.archive is None
    assert desk.rows("select count(*) from imports") == [(0,)]
    assert desk.rows("select count(*) from landed_events") == [(0,)]
    for problem in report.problems:
        assert explain(problem, "fr") != explain(problem, "en")


def test_a_lone_quote_costs_its_own_line_only(desk: Desk) -> None:
    good = "Use,2026-01-01 10:00:00,u,Alpha\n"
    landed = desk.land("upload.csv", HEADER + good + '"' + good + good * 2)
    assert landed.report.rows.loaded == 3
    assert [(row.line, row.reason) for row in landed.quarantine] == [(3, "unclosed_quote")]


def test_cells_are_text_and_nothing_else(desk: Desk) -> None:
    cell = "'); drop table landed_events; --<script>=1+1"
    desk.land("upload.csv", HEADER + f'"{cell}",2026-01-01 10:00:00,u,Alpha\n')
    assert desk.rows("select event from events") == [(cell,)]


def test_a_missing_file_is_refused(desk: Desk, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = desk.file("gone.csv", HEADER)
    path.unlink()
    from metrics.importing import inspect
    from metrics.importing.report import ImportOptions
    from metrics.organisation import Organisation

    [report] = inspect(desk.workspace, None, [path], ImportOptions(), Organisation(), lambda d: ())
    assert (report.status, report.problems[0].reason) == ("refused", "unreadable")


def test_every_reason_speaks_both_languages() -> None:
    for texts in reasons().values():
        assert set(texts) == {"en", "fr"}
