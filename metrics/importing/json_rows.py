"""Objects of a JSON file as text rows: JSON lines, an array of objects, or an object around one.

A nested object's keys follow its own after a dot; a list becomes one cell, its parts separated by
commas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.importing import trello_board
from metrics.importing.refusal import Refusal
from metrics.importing.rows_text import one_line, scalar_text, write_row, writing, written_out

BLOCK = 1 << 20
LONGEST_OBJECT = 16 << 20
LARGEST_DOCUMENT = 128 << 20
DEEPEST = 4
MOST_KEYS = 2_000
NAMED_BY = ("name", "title", "value", "login")
_BEGINS = re.compile(r"\ufeff?\s*(\[\s*[\[{\]]|\{\s*[\"}])")
_DECODER = json.JSONDecoder(parse_float=written_out, parse_int=str, parse_constant=str)


@dataclass(frozen=True)
class BrokenRow:
    """A row that is no JSON object: its line, or its place in the array."""

    line: int
    reason: str
    text: str


Row = dict[str, Any] | BrokenRow | None  # None: a blank line


def looks_like_json(head: str) -> bool:
    return _BEGINS.match(head) is not None


def write_objects(text: Path, target: Path) -> tuple[BrokenRow, ...]:
    """Write a header and one line per object to `target`: row n is on line n + 1. Gives the rows
    that are no objects, whose lines stay blank. Raises Refusal for what holds no rows."""
    rows = _rows_of(text)
    headers: dict[str, None] = {}
    for row in rows():
        if isinstance(row, dict):
            headers.update(dict.fromkeys(_flat(row)))
            if len(headers) > MOST_KEYS:
                details = {"columns": str(len(headers)), "most": str(MOST_KEYS)}
                raise Refusal("too_many_columns", details=details)
    if not headers:
        raise Refusal("no_objects")
    broken = []
    with writing(target) as file:
        write_row(file, map(one_line, headers))
        for row in rows():
            if isinstance(row, dict):
                cells = _flat(row)
                write_row(file, [one_line(cells.get(header, "")) for header in headers])
                continue
            file.write("\n")
            if row is not None:
                broken.append(row)
    return tuple(broken)


def _rows_of(text: Path) -> Callable[[], Iterator[Row]]:
    """How to go through the rows, as often as asked."""
    with text.open(encoding="utf-8-sig") as file:
        head = file.read(4096).lstrip()
    if head.startswith("["):
        return lambda: _cards(_elements(text))
    if _is_lines(text):
        return lambda: _lines(text)
    rows = _inside(_document(text))
    return lambda: iter(rows)


def _cards(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, and instead of a board its cards: several boards may stand in one array."""
    for row in rows:
        if isinstance(row, dict) and trello_board.is_board(row):
            yield from trello_board.cards(row)
        else:
            yield row


def _is_lines(text: Path) -> bool:
    """Whether there are several lines and one of the first two is an object of its own."""
    filled: list[str] = []
    with text.open(encoding="utf-8-sig") as file:
        while len(filled) < 2 and (line := file.readline(LONGEST_OBJECT)):
            if line.strip():
                filled.append(line)
    return len(filled) > 1 and any(isinstance(_decoded(line), dict) for line in filled)


def _decoded(text: str) -> Any:
    """The value, or None where the text is none."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _lines(text: Path) -> Iterator[Row]:
    with text.open(encoding="utf-8-sig") as file:
        number = 0
        while line := file.readline(LONGEST_OBJECT):
            number += 1
            if not line.strip():
                yield None
                continue
            value = _decoded(line)
            yield value if isinstance(value, dict) else BrokenRow(number, "no_object", line.strip())


def _elements(text: Path) -> Iterator[Row]:
    """The elements of an array, one after the other, without holding them all."""
    with text.open(encoding="utf-8-sig") as file:
        buffer, place, number, line = file.read(BLOCK), 0, 0, 1
        place = buffer.index("[") + 1
        more = True
        while True:
            while place < len(buffer) and buffer[place] in " \t\r\n,":
                place += 1
            if place < len(buffer) and buffer[place] == "]":
                return
            try:
                if place >= len(buffer):
                    raise ValueError("the array does not end")
                value, end = _DECODER.raw_decode(buffer, place)
                if end == len(buffer) and more:
                    raise ValueError("a number may go on")
            except (ValueError, RecursionError) as error:
                line += buffer.count("\n", 0, place)
                buffer, place = buffer[place:], 0
                at = line + buffer.count("\n", 0, getattr(error, "pos", 0))
                block = file.read(max(BLOCK, len(buffer))) if more else ""
                more = bool(block)
                if not more or len(buffer) > LONGEST_OBJECT or isinstance(error, RecursionError):
                    raise Refusal("broken_json", line=at, example=str(error)[:80]) from error
                buffer += block
                continue
            number += 1
            if isinstance(value, dict):
                yield value
            else:
                yield BrokenRow(number, "no_object", buffer[place:end][:LONGEST_OBJECT])
            place = end


def _document(text: Path) -> dict[str, Any]:
    if text.stat().st_size > LARGEST_DOCUMENT:
        raise Refusal("json_too_large", details={"megabytes": str(LARGEST_DOCUMENT >> 20)})
    try:
        found: dict[str, Any] = _DECODER.decode(text.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise Refusal("broken_json", line=line, example=str(error)[:80]) from error
    return found


def _inside(document: dict[str, Any]) -> list[Row]:
    """The rows that an object wraps: a board's cards, its only list of objects, or itself."""
    if trello_board.is_board(document):
        return list(trello_board.cards(document))
    lists = _lists_of_objects(document)
    if len(lists) > 1:
        raise Refusal("several_lists", example=", ".join(lists)[:200])
    if not lists:
        return [document]
    [rows] = lists.values()
    names = document.get("names")
    if isinstance(names, dict):  # Jira's, of custom fields
        rows = [_named(row, names) for row in rows]
    return [
        row if isinstance(row, dict) else BrokenRow(number, "no_object", json.dumps(row))
        for number, row in enumerate(rows, 1)
    ]


def _named(row: Any, names: dict[str, Any]) -> Any:
    """The row, the custom fields among its fields under the names that people gave them."""
    fields = row.get("fields") if isinstance(row, dict) else None
    if not isinstance(fields, dict):
        return row
    told = {
        str(names[key]) if key.startswith("customfield_") and names.get(key) else key: value
        for key, value in fields.items()
    }
    return row | {"fields": told if len(told) == len(fields) else fields}


def _lists_of_objects(document: dict[str, Any], depth: int = 2) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            found[key] = value
        elif isinstance(value, dict) and depth > 1:
            found |= {f"{key}.{k}": rows for k, rows in _lists_of_objects(value, 1).items()}
    return found


def _flat(row: dict[str, Any], prefix: str = "", depth: int = 1) -> dict[str, str]:
    """Dotted keys → texts."""
    cells: dict[str, str] = {}
    for key, value in row.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < DEEPEST:
            cells |= _flat(value, f"{name}.", depth + 1)
        elif isinstance(value, list):
            cells[name] = ", ".join(filter(None, map(_text, value)))
        else:
            cells[name] = _text(value)
    return cells


def _text(value: Any) -> str:
    match value:
        case None | bool() | str():
            return scalar_text(value)
        case dict() if named := next((k for k in NAMED_BY if isinstance(value.get(k), str)), ""):
            return str(value[named])
        case {} if not value:
            return ""
        case _:
            try:
                return json.dumps(value, ensure_ascii=False)
            except RecursionError as error:
                raise Refusal("broken_json", example="nested too deeply") from error
