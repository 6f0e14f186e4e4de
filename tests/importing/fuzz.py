"""Files that are almost exports: shapes of the sample company's files, damaged in seeded ways.

Each goes through reading, recognising, staging and landing, and is taken back again; nothing is
published. By hand: `python -m tests.importing.fuzz 100000 [first seed] [--every 20] [--keep DIR]`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import IllegalCharacterError

import sample_data
from metrics.engines import open_facts
from metrics.importing import land, parts, remove
from metrics.importing.dataset import DATASETS
from metrics.importing.extract import read_table
from metrics.importing.landed_tables import create_tables, held
from metrics.importing.profile import load_profiles
from metrics.importing.reasons import explain
from metrics.importing.refusal import Refusal
from metrics.importing.report import ImportOptions
from metrics.importing.source import open_source
from metrics.organisation import Name, Organisation, Product, Squad
from metrics.workspace import Workspace

ROWS = 12
EVENTS = 5_000
ORGANISATION = Organisation(
    products=[Product("alpha", "Alpha")],
    squads=[Squad("core", "Core")],
    names=[Name("squad", "jira", "COR", "core")],
)
NASTY = (
    "", " ", "\u00a0", '"', '""', "'", ",", ";", "\t", "|", "=1+1", "@SUM(A1)", "<b>x</b>",
    "'); drop table imports; --", "9" * 400, "-" + "9" * 60, "1e999", "NaN", "inf", "1,234.5",
    "1.234,56", "(12)", "12 %", "0001-01-01", "9999-12-31 23:59:59", "31/02/2026", "12/13/14",
    "10/Jan/26 11:13 AM", "2026-W53", "true", "été", "\ufeff", "日本語", "\U0001f600", "\u2028",
    "a\nb", "x" * 5_000, "NULL", "--", "<1", "1 234,5\u202f€", "2026-03-29 02:30:00", "\\",
    "\x1b[31m",
)  # fmt: skip
#: Datasets of which one row of the file is one row that lands.
ONE_TO_ONE = ("events", "work_items", "subscriptions", "deals", "users", "initiatives")


@dataclass(frozen=True)
class Seed:
    """The first records of a real shape."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    delimiter: str


@dataclass(frozen=True)
class Case:
    """A made file, how it was made, and how many rows it surely has (None: not sure)."""

    name: str
    content: bytes
    told: str
    rows: int | None


def seeds(folder: Path) -> list[Seed]:
    """One per header among the sample company's files."""
    found: dict[tuple[str, ...], Seed] = {}
    for path in sample_data.make(folder, events=EVENTS):
        content = path.read_bytes()
        text = content.decode("utf-16" if content[:1] in b"\xff\xfe" else "utf-8-sig")
        if path.suffix == ".json":  # a board, one each: as lines of text it is one of 500 kB
            found[(path.name,)] = Seed(path.name, cards(text), ",")
            continue
        delimiter = max(",;\t|", key=text.partition("\n")[0].count)
        lines = io.StringIO(text, newline="")
        if delimiter == "\t":  # such a tool does not quote
            reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        else:
            reader = csv.reader(lines, delimiter=delimiter)
        rows = tuple(tuple(row) for row, _ in zip(reader, range(ROWS), strict=False))
        found.setdefault(rows[0], Seed(path.name, rows, delimiter))
    return list(found.values())


def cards(board: str) -> tuple[tuple[str, ...], ...]:
    """The first cards of a board as rows under a header."""
    found = json.loads(board)["cards"][: ROWS - 1]
    plain = [
        [cell if isinstance(cell, str) else json.dumps(cell) for cell in card.values()]
        for card in found
    ]
    return tuple(found[0]), *map(tuple, plain)


def make(seed: int, shapes: Sequence[Seed]) -> Case:
    """The case of a number: the same one every time."""
    dice = random.Random(seed)
    shape = dice.choice(shapes)
    rows = [list(row) for row in shape.rows]
    told = [shape.name]
    for change in dice.choices(OF_ROWS, k=dice.choice((0, 1, 1, 2, 3))):
        change(rows, dice)
        told.append(change.__name__)
    sure = rows[0] == list(shape.rows[0]) and not any(row == rows[0] for row in rows[1:])
    sure = sure and all(
        len(row) > 1 and not any(set('"\r\n\0\u2028\x85') & set(cell) for cell in row)
        for row in rows
    )
    form = dice.choice(FORMS)
    name, content = form(shape, rows, dice)
    told.append(form.__name__)
    for damage in dice.choices(OF_BYTES, k=dice.choice((0, 0, 1, 1, 2))):
        content = damage(content, dice)
        told.append(damage.__name__)
        sure = False
    if form is not as_text:
        sure = False
    return Case(name, content, " ".join(told), len(rows) - 1 if sure else None)


# --- what happens to rows


def cell(rows: list[list[str]], dice: random.Random) -> None:
    row = dice.choice(rows)
    if row:
        row[dice.randrange(len(row))] = dice.choice(NASTY)


def column(rows: list[list[str]], dice: random.Random) -> None:
    place, value = dice.randrange(max(len(rows[0]), 1)), dice.choice(NASTY)
    for row in rows[1:]:
        if place < len(row):
            row[place] = value


def drop_column(rows: list[list[str]], dice: random.Random) -> None:
    place = dice.randrange(max(len(rows[0]), 1))
    for row in rows:
        del row[place : place + 1]


def swap_columns(rows: list[list[str]], dice: random.Random) -> None:
    first, second = (dice.randrange(max(len(rows[0]), 1)) for _ in range(2))
    for row in rows:
        if max(first, second) < len(row):
            row[first], row[second] = row[second], row[first]


def repeat_column(rows: list[list[str]], dice: random.Random) -> None:
    place = dice.randrange(max(len(rows[0]), 1))
    for row in rows:
        row.extend(row[place : place + 1])


def ragged(rows: list[list[str]], dice: random.Random) -> None:
    row = dice.choice(rows)
    if dice.random() < 0.5:
        del row[dice.randrange(len(row) + 1) :]
    else:
        row.extend([""] * dice.randrange(3) + ["more"] * dice.randrange(2))


def repeat_row(rows: list[list[str]], dice: random.Random) -> None:
    rows.insert(dice.randrange(len(rows) + 1), list(dice.choice(rows)))


def preamble(rows: list[list[str]], dice: random.Random) -> None:
    rows[:0] = [["# Report"], [], ["# 20260101-20260131"]][: dice.randrange(1, 4)]


def footer(rows: list[list[str]], dice: random.Random) -> None:
    rows.append(["Total", *("1" for _ in rows[0][1:])])


def no_rows(rows: list[list[str]], dice: random.Random) -> None:
    del rows[dice.choice((0, 1, 1)) :]
    rows.append([""])


def upper_header(rows: list[list[str]], dice: random.Random) -> None:
    rows[0] = [header.upper() for header in rows[0]]


# --- what it is written as


def as_text(shape: Seed, rows: list[list[str]], dice: random.Random) -> tuple[str, bytes]:
    delimiter = dice.choice((shape.delimiter, shape.delimiter, ",", ";", "\t", "|"))
    file = io.StringIO(newline="")
    if shape.delimiter == "\t":  # such a tool does not quote
        ends = [shape.delimiter.join(row).replace("\n", " ") + "\n" for row in rows]
        return shape.name, "".join(ends).encode()
    csv.writer(file, delimiter=delimiter, lineterminator=dice.choice(("\n", "\r\n"))).writerows(
        rows
    )
    return shape.name, file.getvalue().encode()


def as_other_text(shape: Seed, rows: list[list[str]], dice: random.Random) -> tuple[str, bytes]:
    name, content = as_text(shape, rows, dice)
    encoding = dice.choice(("utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman", "utf-32"))
    text = content.decode().replace("\r\n", dice.choice(("\n", "\r", "\r\r\n")))
    return name, text.encode(encoding, errors="replace")


def as_gzip(shape: Seed, rows: list[list[str]], dice: random.Random) -> tuple[str, bytes]:
    name, content = as_text(shape, rows, dice)
    return name + ".gz", gzip.compress(content)


def as_zip(shape: Seed, rows: list[list[str]], dice: random.Random) -> tuple[str, bytes]:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as out:
        forms = dice.choices((as_text, as_other_text, as_gzip, as_lines), k=dice.randrange(3))
        for place, form in enumerate(forms):
            name, content = form(shape, rows, dice)
            out.writestr(f"{place}/../{name}", content)
    return "pack.zip", file.getvalue()


def as_workbook(shape: Seed, rows: list[list[str]], dice: random.Random) -> tuple[str, bytes]:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        try:
            sheet.append([value_of(text, dice) for text in row])
        except IllegalCharacterError:
            sheet.append([])
    file = io.BytesIO()
    book.save(file)
    return shape.name + ".xlsx", file.getvalue()


def value_of(text: str, dice: random.Random) -> object:
    """A cell as a spreadsheet might hold it."""
    try:
        return (
            float(text)
            if dice.random() < 0.5 and len(text) < 300
            else datetime.fromisoformat(text).replace(tzinfo=None)
        )
    except ValueError:
        return text[:30_000]


def as_lines(shape: Seed, rows: list[list[str]], dice: random.Random) -> tuple[str, bytes]:
    objects = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
    return shape.name + ".jsonl", "\n".join(map(json.dumps, objects)).encode()


def as_array(shape: Seed, rows: list[list[str]], dice: random.Random) -> tuple[str, bytes]:
    objects: object = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
    if dice.random() < 0.3:
        objects = {"data": objects, "next": None}
    return shape.name + ".json", json.dumps(objects, indent=dice.choice((None, 2))).encode()


# --- what happens to bytes


def cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def flip(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.randrange(1, 6)):
        if changed:
            changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def insert(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) + 1)
    piece = dice.choice((b'"', b"\0", b"\n", b"\r", b"\xe9", "é".encode(), b",", b"\n\n\n", b"[{"))
    return content[:at] + piece + content[at:]


def remove_piece(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) + 1)
    return content[:at] + content[at + dice.randrange(1, 40) :]


def twice(content: bytes, dice: random.Random) -> bytes:
    return content + content


OF_ROWS = (cell, cell, column, drop_column, swap_columns, repeat_column, ragged, repeat_row,
           preamble, footer, no_rows, upper_header)  # fmt: skip
FORMS = (as_text, as_text, as_text, as_other_text, as_gzip, as_zip, as_workbook, as_lines,
         as_array)  # fmt: skip
OF_BYTES = (cut, flip, insert, insert, remove_piece, twice)


class Bench:
    """One draft warehouse through which cases go, each taken back before the next."""

    def __init__(self, folder: Path, shapes: Sequence[Seed]) -> None:
        (folder / "workspace").mkdir()
        (folder / "workspace" / "vigie.toml").write_text("")
        self._workspace = Workspace.open(folder / "workspace")
        self._folder, self._shapes = folder, shapes
        self._connection = open_facts(None)
        self._connection.execute("set threads = 1")  # a dozen rows are not worth sharing out
        create_tables(self._connection)
        self.outcomes: Counter[str] = Counter()

    def close(self) -> None:
        self._connection.close()

    def read(self, case: Case) -> None:
        """As `check`, up to the rows as text: ten times as fast."""
        path = self._folder / case.name
        path.write_bytes(case.content)
        for part in parts(path):
            try:
                with open_source(part) as source:
                    staged = read_table(self._connection, source, load_profiles()).staged
                    [(rows,)] = self._connection.execute("select count(*) from staged").fetchall()
            except Refusal as refusal:
                self.outcomes[refusal.problem.reason] += 1
                explain(refusal.problem)  # an unknown reason fails
                continue
            assert staged.read == rows + len(staged.skipped) + len(staged.broken)
            assert case.rows is None or staged.read == case.rows, (staged, case.rows)
            self.outcomes["read"] += 1
        path.unlink()

    def check(self, case: Case) -> None:
        """AssertionError, or whatever the importer raises, is a fault of the importer."""
        path = self._folder / case.name
        path.write_bytes(case.content)
        for number, part in enumerate(parts(path), 1):
            report = land(
                self._connection, self._workspace, part, number, ImportOptions(), ORGANISATION,
                lambda dataset, *_: (dataset,), lambda sha256, observed_at: None,
            ).report  # fmt: skip
            rows = report.rows
            assert rows.balanced, rows
            landed = held(self._connection, number)
            if report.status == "refused":
                assert report.problems[0].severity == "refused"
                assert not landed
                self.outcomes[report.problems[0].reason] += 1
            else:
                assert report.status == "loaded"
                self.outcomes["loaded"] += 1
                if report.dataset in ONE_TO_ONE:
                    table = DATASETS[report.dataset].table
                    assert landed.get(table, 0) == rows.loaded + rows.unchanged, (landed, rows)
            if case.rows is not None and rows.read:
                assert rows.read == case.rows, (rows, case.rows)
            if report.status == "loaded":
                remove(self._connection, number)
                assert not held(self._connection, number)
        path.unlink()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Import files that are almost exports.")
    parser.add_argument("files", type=int)
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument(
        "--every", type=int, default=1, help="land one file of so many; the others stop at text"
    )
    parser.add_argument("--keep", type=Path, help="where to keep the files that fail")
    asked = parser.parse_args(arguments)
    failed, begun = 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vigie-fuzz-") as folder:
        shapes = seeds(Path(folder) / "exports")
        with closing(Bench(Path(folder), shapes)) as bench:
            for number in range(asked.first, asked.first + asked.files):
                case = make(number, shapes)
                try:
                    (bench.read if number % asked.every else bench.check)(case)
                except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
                    failed += 1
                    print(f"case {number}: {case.told}\n{traceback.format_exc(limit=-4)}")
                    if asked.keep:
                        asked.keep.mkdir(parents=True, exist_ok=True)
                        (asked.keep / f"{number} {case.name}").write_bytes(case.content)
                done = number - asked.first + 1
                if done % 1_000 == 0:
                    print(f"{done} files, {failed} failed, {time.monotonic() - begun:.0f} s")
            print(dict(bench.outcomes.most_common()))
    seconds = time.monotonic() - begun
    print(f"{asked.files} files, {failed} failed, {seconds:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
