"""Anything can be dropped on the importer: it ends in a report, and nothing is written."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from metrics.errors import VigieError
from metrics.importing import inspect, land, source
from metrics.importing.dialect import Dialect, records_of
from metrics.importing.reasons import explain, reasons
from metrics.importing.report import FileReport, ImportOptions, Problem
from metrics.importing.values import Reading

from .conftest import ORGANISATION, SAID_NOTHING, Desk

HEADER = "Event Name,Time,Distinct ID,Product\n"
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty_file"),
    "blank": (b" \n\n", "empty_file"),
    "header only": (HEADER.encode(), "header_only"),
    "web page": (b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>Log in</body></html>", "not_a_table"),
    "image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_a_table"),
    "binary": (bytes(range(1, 256)) * 20, "binary"),
    "workbook": (b"PK\x03\x04" + b"x" * 100, "damaged_archive"),
    "nul": (HEADER.encode() + b"Use,2026-01-01 10:00:00,u\0,Alpha\n", "nul_bytes"),
    "two tools": (
        HEADER.encode() + b"Use,2026-01-01 10:00:00,u,Alpha\n" * 3
        + b"Issue key,Summary,Status,Issue Type,Created,Project key\nA-1,x,Done,Bug,2026-01-01,A\n",
        "two_exports",
    ),
    "400 digits": (
        b"metric,period,value,scope\nvisits,2026-01-01," + b"9" * 400 + b",Alpha\n",
        "nothing_loads",
    ),
    "5,000 columns": (
        (",".join(f"c{i}" for i in range(5000)) + "\n").encode() * 3, "too_many_columns"
    ),
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


def test_lone_quotes_do_not_take_quoted_rows_with_them(desk: Desk) -> None:
    good = '"Use, again",2026-01-01 10:00:00,u,Alpha\n'
    landed = desk.land("upload.csv", HEADER + good + '"Use,2026-01-01 10:00:00,u,Alpha\n' + good)
    assert landed.report.rows.loaded == 2
    assert [row.line for row in landed.quarantine] == [3]


def test_quotes_that_never_close_are_read_in_linear_time() -> None:
    lines = ['x",y,"z\n'] * 60_000
    read = sum(len(record.text) for record in records_of(lines, Dialect(",")))
    assert read == sum(map(len, lines))


def test_one_line_of_a_gigabyte_is_refused_without_being_read(desk: Desk) -> None:
    path = desk.file("upload.csv", HEADER)
    with path.open("r+b") as file:
        file.truncate(1 << 30)  # a hole: no disk is used
    tracemalloc.start()
    try:
        [report] = looked_at(desk, path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (report.status, report.problems[0].reason) == ("refused", "endless_line")
    assert peak < 64 << 20


def test_a_file_that_changes_while_it_is_read_is_refused(desk: Desk) -> None:
    path = desk.file("upload.csv", HEADER + "Use,2026-01-01 10:00:00,u,Alpha\n")

    def grow(stage: str, done: float) -> None:
        if stage == "reading" and done == 0.0:
            with path.open("a") as file:
                file.write("Use,2026-01-02 10:00:00,u,Alpha\n")

    report = land(
        desk.connection, desk.workspace, path, 1, SAID_NOTHING, ORGANISATION,
        lambda dataset, *_: (dataset,), desk.known, grow,
    ).report  # fmt: skip
    assert (report.status, report.problems[0].reason) == ("refused", "changed_while_read")
    assert desk.rows("select count(*) from landed_events") == [(0,)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_and_nothing_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcode = source._transcode
    monkeypatch.setattr(
        source, "_transcode", lambda path, encoding, _: transcode(path, encoding, Path("/dev/full"))
    )
    text = (HEADER + "Été,2026-01-01 10:00:00,u,Alpha\n").encode("cp1252")
    path = desk.file("upload.csv", text)
    [report] = looked_at(desk, path)
    assert (report.status, report.problems[0].reason) == ("refused", "no_room")
    assert "No space left" in explain(report.problems[0], "en")
    with pytest.raises(OSError, match="No space left"):  # the worker ends the whole job with it
        desk.land("upload.csv", text)
    assert desk.rows("select count(*) from imports") == [(0,)]


def test_a_product_that_does_not_exist_is_refused_with_the_choices(desk: Desk) -> None:
    text = HEADER + "Use,2026-01-01 10:00:00,u,Alpha\n"
    with pytest.raises(VigieError, match="no product named 'nope'") as told:
        desk.inspect("upload.csv", text, ImportOptions(product="nope"))
    assert told.value.choices == ("alpha", "beta")
    with pytest.raises(VigieError, match="no squad named 'nope'"):
        desk.land("upload.csv", text, ImportOptions(squad="nope"))
    assert desk.rows("select count(*) from landed_events") == [(0,)]


def looked_at(desk: Desk, path: Path) -> list[FileReport]:
    return inspect(
        desk.workspace, None, [path], SAID_NOTHING, ORGANISATION, lambda dataset, *_: (dataset,)
    )


def test_cells_are_text_and_nothing_else(desk: Desk) -> None:
    # A long word takes no longer than as many short ones: masking looks at each letter once.
    cell = "'); drop table landed_events; --<script>=1+1" + "x" * 1_000_000
    desk.land("upload.csv", HEADER + f'"{cell}",2026-01-01 10:00:00,u,Alpha\n')
    assert desk.rows("select event from events") == [(cell,)]


def test_a_missing_file_is_refused(desk: Desk, tmp_path: Path) -> None:
    [report] = looked_at(desk, tmp_path / "gone.csv")
    assert (report.status, report.problems[0].reason) == ("refused", "unreadable")


def test_every_reason_speaks_both_languages() -> None:
    for texts in reasons().values():
        assert set(texts) == {"en", "fr"}
    kinds = {each for each in Reading if each.can_fail}
    assert {f"expected_{each}" for each in kinds} <= set(reasons())


def test_what_is_wrong_is_said_with_what_was_expected(desk: Desk) -> None:
    report = desk.land(
        "upload.csv", HEADER + '"x",0001-01-01,u,Alpha\n"x",2026-01-01,u,Alpha\n'
    ).report
    [told] = [each for each in report.problems if each.severity == "quarantined"]
    assert (told.line, told.rows, told.column) == (2, 1, "Time")
    assert "Expected: a date from 1970 to 2099" in explain(told)
    assert "une image PNG" in explain(
        Problem("refused", "not_a_table", details={"what": "a PNG image"}), "fr"
    )


@pytest.mark.parametrize(
    ("rows", "language", "told"),
    [
        (1, "en", "1 row has no value at all."),
        (2, "en", "2 rows have no value at all."),
        (1, "fr", "1 ligne n’a aucune valeur."),
        (3, "fr", "3 lignes n’ont aucune valeur."),
    ],
)
def test_one_row_is_spoken_of_in_the_singular(rows, language, told):
    assert explain(Problem("skipped", "empty_row", rows=rows), language) == told
