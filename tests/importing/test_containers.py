"""Archives, workbooks, JSON and Parquet end as the rows that a CSV would have given."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest

from metrics.importing import inspect, json_rows, land, parts
from metrics.importing.report import FileReport, Landed

from .conftest import ORGANISATION, SAID_NOTHING, Desk

HEADER = ["Event Name", "Time", "Distinct ID", "Product", "Country"]
ROWS = [
    ["Open", "2026-01-05 10:00:00", "u1", "Alpha", "Côte d'Ivoire"],
    ["Say \"hi\", twice", "2026-01-05 11:30:00", "u2", "Beta", ""],
    ["Open", "2026-01-06 00:00:00", "u1", "Alpha", "two\nlines"],
]  # fmt: skip
CSV = (
    ",".join(HEADER)
    + "\nOpen,2026-01-05 10:00:00,u1,Alpha,Côte d'Ivoire\n"
    + '"Say ""hi"", twice",2026-01-05 11:30:00,u2,Beta,\n'
    + 'Open,2026-01-06 00:00:00,u1,Alpha,"two\nlines"\n'
)
LANDED = "select event, strftime(time, '%d %H:%M'), stream, country from landed_events order by 2"


def landed_parts(desk: Desk, name: str, content: bytes) -> list[Landed]:
    """Every part of a file, landed one after the other."""
    found = []
    for part in parts(desk.file(name, content)):
        desk.last_id += 1
        landed = land(
            desk.connection, desk.workspace, part, desk.last_id, SAID_NOTHING, ORGANISATION,
            lambda dataset, *_: (dataset,), desk.known,
        )  # fmt: skip
        assert landed.report.rows.balanced
        found.append(landed)
    return found


def reports(desk: Desk, name: str, content: bytes) -> list[FileReport]:
    found = inspect(
        desk.workspace, None, [desk.file(name, content)], SAID_NOTHING, ORGANISATION,
        lambda dataset, *_: (dataset,),
    )  # fmt: skip
    assert all(report.rows.balanced for report in found)
    return found


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def objects() -> list[dict[str, object]]:
    return [dict(zip(HEADER, row, strict=True)) for row in ROWS]


def parquet() -> bytes:
    with duckdb.connect() as connection:
        values = ", ".join(str(tuple(row)) for row in [["a"] * 5])
        connection.execute(
            f"create table t as select * from (values {values}) "  # noqa: S608
            f"as t({', '.join(f'{chr(34)}{name}{chr(34)}' for name in HEADER)}) limit 0"
        )
        connection.executemany("insert into t values (?, ?, ?, ?, ?)", ROWS)
        path = Path(connection.execute("select current_setting('temp_directory')").fetchall()[0][0])
        path = path.parent / f"vigie-test-{id(connection)}.parquet"
        connection.execute(f"copy t to '{path}' (format parquet)")
        content = path.read_bytes()
        path.unlink()
    return content


CONTAINERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gzip": ("events.csv.gz", lambda: gzip.compress(CSV.encode())),
    "zip": ("events.zip", lambda: zipped({"a/events.csv": CSV, "__MACOSX/x": b"?"})),
    "gzip in zip": ("events.zip", lambda: zipped({"events.gz": gzip.compress(CSV.encode())})),
    "workbook": ("events.xlsx", lambda: workbook(Events=[HEADER, *ROWS], Empty=[])),
    "workbook in zip": ("e.zip", lambda: zipped({"e.xlsx": workbook(S=[HEADER, *ROWS])})),
    "JSON lines": ("events.jsonl", lambda: "\n".join(map(json.dumps, objects())).encode()),
    "JSON array": ("events.json", lambda: json.dumps(objects(), indent=1).encode()),
    "wrapped JSON": ("events.json", lambda: json.dumps({"ok": 1, "data": objects()}).encode()),
    "UTF-16 JSON": ("events.json", lambda: json.dumps(objects()).encode("utf-16")),
    "Parquet": ("events.parquet", parquet),
}  # fmt: skip


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_container_gives_what_its_csv_gives(desk: Desk, kind: str) -> None:
    [plain] = landed_parts(desk, "plain.csv", CSV.encode())
    assert plain.report.rows.loaded == 3
    expected = desk.rows(LANDED)
    desk.connection.execute("delete from landed_events")
    name, content = CONTAINERS[kind]
    [landed] = landed_parts(desk, name, content())
    assert landed.report.status == "loaded"
    assert landed.report.rows == plain.report.rows
    assert landed.report.file.startswith(name)
    assert [
        tuple(str(cell).replace("\u2028", "\n") for cell in row) for row in desk.rows(LANDED)
    ] == [tuple(map(str, row)) for row in expected]


def test_every_member_and_every_sheet_has_its_own_report(desk: Desk) -> None:
    content = zipped(
        {
            "one.csv": CSV,
            "deep/../../two.csv": CSV.replace("Open", "Close"),
            "notes.txt": "nothing to see\nhere",
            "book.xlsx": workbook(A=[HEADER, *ROWS[:1]], B=[["x"], ["y"]]),
        }
    )
    found = reports(desk, "pack.zip", content)
    assert [(report.file, report.status) for report in found] == [
        ("pack.zip › one.csv", "loaded"),
        ("pack.zip › two.csv", "loaded"),
        ("pack.zip › notes.txt", "refused"),
        ("pack.zip › book.xlsx › A", "loaded"),
        ("pack.zip › book.xlsx › B", "refused"),
    ]


def test_names_in_an_archive_are_never_paths(desk: Desk, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    bad: dict[str, bytes | str] = {
        "../../escape.csv": CSV,
        "/etc/escape.csv": CSV,
        "C:\\escape\n.csv": CSV,
    }
    found = reports(desk, "pack.zip", zipped(bad))
    assert {report.file for report in found} == {"pack.zip › escape.csv"}
    assert set(tmp_path.rglob("*")) - before == {tmp_path / "pack.zip"}


def test_a_row_of_a_sheet_keeps_its_number(desk: Desk) -> None:
    bad = ["Use", "soon", "u9", "Alpha", "a\nb"]
    rows = [["Export of events"], [], HEADER, ROWS[0], bad, *ROWS[1:]]
    [landed] = landed_parts(desk, "events.xlsx", workbook(S=rows))
    assert landed.report.rows.loaded == 3
    assert [(row.line, row.reason) for row in landed.quarantine] == [(5, "unreadable_value")]


def test_a_line_of_json_keeps_its_number(desk: Desk) -> None:
    lines = [json.dumps(row) for row in objects()]
    bad = json.dumps(objects()[0] | {"Time": "soon", "Country": "x\ny"})
    text = "\n".join([lines[0], "", '{"Event Name": ', lines[1], bad, "[1, 2]", lines[2], ""])
    [landed] = landed_parts(desk, "events.json", text.encode())
    assert (landed.report.rows.read, landed.report.rows.loaded) == (6, 3)
    assert [(row.line, row.reason) for row in landed.quarantine] == [
        (3, "no_object"), (5, "unreadable_value"), (6, "no_object")
    ]  # fmt: skip


def test_cells_of_a_sheet_are_read_as_they_stand(desk: Desk) -> None:
    rows: list[list[object]] = [
        ["metric", "period", "value", "scope"],
        ["visits", datetime(2026, 1, 5), 1234567.5, "Alpha"],
        ["visits", datetime(2026, 1, 6), 12, "Alpha"],
        ["visits", datetime(2026, 1, 7), "#N/A", "Alpha"],
        ["visits", datetime(2026, 1, 8), "=1+1", "Alpha"],
    ]
    [landed] = landed_parts(desk, "figures.xlsx", workbook(S=rows))
    assert desk.rows("select day::varchar, value::double from observations order by 1") == [
        ("2026-01-05", 1234567.5), ("2026-01-06", 12.0)
    ]  # fmt: skip
    assert [(row.line, row.column) for row in landed.quarantine] == [(4, "value"), (5, "value")]
    [warning] = [p for p in landed.report.problems if p.reason == "formulas_without_value"]
    assert warning.rows == 1


def bomb() -> bytes:
    return zipped({"events.csv": (",".join(HEADER) + "\n").encode() + b"0" * (80 << 20)})


def lying() -> bytes:
    """A directory that promises ten bytes of an entry that holds more."""
    content = zipped({"events.csv": b"a,b\n" * 1000})
    at = content.index(b"PK\x01\x02")
    return content[: at + 24] + struct.pack("<I", 10) + content[at + 28 :]


def locked() -> bytes:
    content = bytearray(zipped({"events.csv": CSV}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zip bomb": ("a.zip", bomb, "unpacks_too_large"),
    "gzip bomb": ("a.gz", lambda: gzip.compress(b"0" * (80 << 20)), "unpacks_too_large"),
    "untrue directory": ("a.zip", lying, "damaged_archive"),
    "locked": ("a.zip", locked, "locked_archive"),
    "zip in zip": ("a.zip", lambda: zipped({"b.zip": zipped({"c.csv": CSV})}),
                   "archive_in_archive"),
    "too many": ("a.zip", lambda: zipped({f"{i}.csv": b"" for i in range(1001)}),
                 "too_many_members"),
    "empty zip": ("a.zip", lambda: zipped({}), "empty_file"),
    "cut zip": ("a.zip", lambda: zipped({"c.csv": CSV})[:-40], "damaged_archive"),
    "cut gzip": ("a.gz", lambda: gzip.compress(CSV.encode())[:-20], "damaged_archive"),
    "no workbook": ("a.xlsx", lambda: zipped({"[Content_Types].xml": b"<a/>"}),
                    "damaged_archive"),
    "empty workbook": ("a.xlsx", lambda: workbook(S=[]), "empty_file"),
    "cut array": ("a.json", lambda: json.dumps(objects()).encode()[:-30], "broken_json"),
    "deep JSON": ("a.json", lambda: b"[" * 100_000, "broken_json"),
    "no objects": ("a.json", lambda: b"[[1, 2], [3, 4]]", "no_objects"),
    "two lists": ("a.json", lambda: b'{"a": [{"b": 1}], "c": [{"d": 1}]}', "several_lists"),
    "cut Parquet": ("a.parquet", lambda: parquet()[:-20], "damaged_archive"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_a_bad_container_is_refused(desk: Desk, kind: str) -> None:
    name, content, reason = REFUSED[kind]
    [report] = reports(desk, name, content())
    assert (report.status, report.problems[0].reason) == ("refused", reason)


def test_an_array_larger_than_what_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_rows, "BLOCK", 7)
    path, target = tmp_path / "a.json", tmp_path / "rows"
    rows = [{"n": number, "t": "é" * (number % 5)} for number in range(40)]
    path.write_text(json.dumps([*rows, 12, None], ensure_ascii=False), "utf-8")
    broken = json_rows.write_objects(path, target)
    assert target.read_text("utf-8").split("\n")[1:41] == [f"{r['n']},{r['t']}" for r in rows]
    assert [(row.line, row.text) for row in broken] == [(41, "12"), (42, "null")]


def test_a_board_becomes_its_cards(desk: Desk) -> None:
    board = {
        "name": "Core", "labels": [], "members": [{"id": "m", "fullName": "Jeanne"}],
        "lists": [{"id": "l1", "name": "To do"}, {"id": "l2", "name": "Terminé"},
                  {"id": "l0", "name": "🚧 En cours"}, {"id": "l3", "name": "4. Fait"}],
        "customFields": [{"id": "f", "name": "Story points"}],
        "actions": [
            {"type": "updateCard", "date": "2026-02-05T09:00:00.000Z",  # from done to done
             "data": {"card": {"id": "695f5e00aaaaaaaaaaaaaaa2"}, "old": {"idList": "l2"},
                      "listAfter": {"id": "l3"}, "listBefore": {"id": "l2"}}},
            {"type": "createCard", "date": "2026-01-08T09:00:00.000Z",
             "data": {"card": {"id": "695f5e00aaaaaaaaaaaaaaa1"}, "list": {"id": "l1"}}},
            {"type": "updateCard", "date": "2026-01-20T09:00:00.000Z",
             "data": {"card": {"id": "695f5e00aaaaaaaaaaaaaaa2"}, "old": {"idList": "l1"},
                      "listAfter": {"id": "l0", "name": "Dev"}, "listBefore": {"id": "l1"}}},
            {"type": "updateCard", "date": "2026-02-03T09:00:00.000Z",
             "data": {"card": {"id": "695f5e00aaaaaaaaaaaaaaa2"}, "old": {"idList": "l1"},
                      "listAfter": {"id": "l2"}, "listBefore": {"id": "l1"}}},
        ],
        "cards": [
            {"id": "695f5e00aaaaaaaaaaaaaaa1", "name": "One", "idList": "l1", "idMembers": ["m"],
             "labels": [{"name": "bug"}], "due": "2026-03-01T10:00:00.000Z", "dueComplete": False,
             "customFieldItems": [{"idCustomField": "f", "value": {"number": "3"}}]},
            {"id": "695f5e00aaaaaaaaaaaaaaa2", "name": "Two", "idList": "l3", "labels": [],
             "dueComplete": False, "due": None},
        ],
    }  # fmt: skip
    [landed] = landed_parts(desk, "board.json", json.dumps(board).encode())
    assert (landed.report.profile, landed.report.rows.loaded) == ("trello_board", 2)
    assert desk.rows(
        "select title, status_category, points::double, labels, created_day::varchar, "
        "started_day::varchar, done_day::varchar, due_day::varchar from work_items order by 1"
    ) == [
        ("One", "todo", 3.0, ["bug"], "2026-01-08", None, None, "2026-03-01"),
        ("Two", "done", None, [], "2026-01-08", "2026-01-20", "2026-02-03", None),
    ]


def test_the_real_board(desk: Desk, real_exports: Path) -> None:
    [part] = parts(real_exports / "trello" / "trello_board_export.json")
    report = land(
        desk.connection, desk.workspace, part, 1, SAID_NOTHING, ORGANISATION,
        lambda dataset, *_: (dataset,), desk.known,
    ).report  # fmt: skip
    assert (report.profile, report.rows.read, report.rows.balanced) == ("trello_board", 20, True)
