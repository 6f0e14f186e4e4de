"""A file's bytes: what it is, how its text is encoded, and whether it is a table at all."""

from __future__ import annotations

import codecs
import hashlib
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from metrics.importing.container import Part, unpacked
from metrics.importing.json_rows import BrokenRow, looks_like_json, write_objects
from metrics.importing.parquet_rows import write_parquet
from metrics.importing.refusal import Refusal
from metrics.importing.rows_text import DELIMITER
from metrics.importing.workbook import write_sheet

BLOCK = 1 << 20
LONGEST_LINE = 16 * BLOCK
LONGEST_JSON_LINE = 512 * BLOCK
PARQUET = b"PAR1"

_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "an archive inside another"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, or one with a password"),
    (b"{\\rtf", "a rich text document"),
)
#: How a web page begins: what a browser saves when a download needs a login, or old exports "to
#: Excel" of trackers.
_WEB_PAGE = re.compile(rb"(?i)\s*(\xef\xbb\xbf)?\s*<(!doctype html|html|head|table)\b")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
#: After a letter: a dash that no space parts from the rest of a word, an opening quote, a capital.
_OUT_OF_PLACE = re.compile(r"[^\W\d_][–—][a-zà-ÿ]|[^\W\d_][‘“]|[a-zß-öø-ÿ][À-ÖØ-ÞŒŸ]")
_LETTERS = frozenset("àâäæçéèêëîïôöœùûüÿñßáíóúãõåøÀÂÇÉÈÊËÎÏÔŒÙÛÜÑ€’‘“”«»°–—…·²")


@dataclass(frozen=True)
class Source:
    """One file, or one part of a container, read through once.

    `text` is a UTF-8 file with the same content: the file itself, a transcoded copy, or the rows of
    a sheet or of objects, written as text with `delimiter` and `lines_before` lines of our own; of
    these, `broken` are the rows that could not be written.
    `newlines` counts line feeds; `plain` says that no lone carriage return occurs and that the
    text is UTF-8 in place, so that a fast reader may be tried.
    """

    path: Path  # what was dropped
    name: str
    size: int
    sha256: str
    encoding: str
    text: Path
    newlines: int
    ends_with_newline: bool
    plain: bool
    modified_at: datetime  # UTC, naive
    modified_ns: int
    delimiter: str = ""
    lines_before: int = 0
    broken: tuple[BrokenRow, ...] = ()
    formulas_without_value: int = 0

    @property
    def is_rows(self) -> bool:
        """Whether the text was written from rows whose cells were already told apart."""
        return bool(self.delimiter)

    def check_unchanged(self) -> None:
        """Raises Refusal when what was dropped is no longer what was read."""
        status = self.path.stat()
        if (status.st_mtime_ns, status.st_size) != (self.modified_ns, self.size):
            raise Refusal("changed_while_read")


@contextmanager
def open_source(file: Path | Part) -> Iterator[Source]:
    """Read a file or a part of one through; copies live as long as the block.

    Raises Refusal for what holds no text: empty, binary, an image, NUL bytes, two encodings, one
    endless line, a broken archive.
    """
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        path = file.path if isinstance(file, Part) else file
        try:
            status = path.stat()
            with unpacked(file) as content:
                source = _examine(file, content, Path(folder))
                yield replace(
                    source,
                    path=path,
                    size=status.st_size,
                    modified_ns=status.st_mtime_ns,
                    modified_at=datetime.fromtimestamp(status.st_mtime, UTC).replace(
                        tzinfo=None, microsecond=0
                    ),
                )
        except OSError as error:
            if error.filename != str(path):
                raise
            raise Refusal("unreadable", example=error.strerror or str(error)) from error


def _examine(file: Path | Part, content: Path, folder: Path) -> Source:
    rows = folder / "rows"
    if isinstance(file, Part) and file.sheet is not None:
        formulas = write_sheet(content, file.sheet, rows)
        read = _read_text(rows, folder, file.name)
        return replace(read, delimiter=DELIMITER, formulas_without_value=formulas)
    with content.open("rb") as begun:
        head = begun.read(4096)
    if not head.strip():
        raise Refusal("empty_file")
    if head.startswith(PARQUET):
        write_parquet(content, rows)
        read = _read_text(rows, folder, file.name)
        return replace(read, delimiter=DELIMITER, lines_before=1)
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise Refusal("not_a_table", details={"what": what})
    if _WEB_PAGE.match(head):
        raise Refusal("not_a_table", details={"what": "a web page"})
    source = _read_text(content, folder, file.name)
    with source.text.open(encoding="utf-8-sig", errors="replace") as text:
        if not looks_like_json(text.read(4096)):
            return source
    broken = write_objects(source.text, rows)
    read = _read_text(rows, folder, file.name)
    return replace(read, delimiter=DELIMITER, lines_before=1, broken=broken)


def _read_text(path: Path, folder: Path, name: str) -> Source:
    """What the bytes of a file say when they are text. Raises Refusal when they are none."""
    status = path.stat()
    with path.open("rb") as file:
        head = file.read(4096)
    json = looks_like_json(head.decode("utf-8", errors="replace"))
    seen = _read_through(path, LONGEST_JSON_LINE if json else LONGEST_LINE)
    encoding, plain = seen.encoding, seen.plain
    if encoding is None:
        encoding = _guess(path, head)
    text = path
    sha256 = seen.sha256
    if encoding not in ("utf-8", "utf-8-sig"):
        text, plain = folder / "text", False
        _transcode(path, encoding, text)
        seen = _read_through(text, LONGEST_LINE)
    if (path.stat().st_mtime_ns, path.stat().st_size) != (status.st_mtime_ns, status.st_size):
        raise Refusal("changed_while_read")
    return Source(
        path=path,
        name=name,
        size=status.st_size,
        sha256=sha256,
        encoding=encoding,
        text=text,
        newlines=seen.newlines,
        ends_with_newline=seen.ends_with_newline,
        plain=plain,
        modified_at=datetime.fromtimestamp(status.st_mtime, UTC).replace(
            tzinfo=None, microsecond=0
        ),
        modified_ns=status.st_mtime_ns,
    )


@dataclass
class _Seen:
    sha256: str
    encoding: str | None  # None: not UTF-8, or holding NUL bytes
    newlines: int
    ends_with_newline: bool
    plain: bool


def _read_through(path: Path, longest_line: int) -> _Seen:
    """One pass: digest, whether it is UTF-8, line ends. Raises Refusal for one endless line."""
    sha = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    newlines = returns = pairs = since_newline = 0
    utf8, first, last = True, b"", b""
    with path.open("rb") as file, ThreadPoolExecutor(1) as digesting:
        while block := file.read(BLOCK):
            digested = digesting.submit(sha.update, block)
            first = first or block[:4]
            count = block.count(b"\n")
            newlines += count
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            since_newline = 0 if count else since_newline + len(block)
            if since_newline >= longest_line and not block.count(b"\r"):
                raise Refusal("endless_line", details={"megabytes": str(longest_line // BLOCK)})
            last = block[-1:]
            if utf8:
                utf8 = b"\0" not in block and _decodes(decoder, block)
            digested.result()
    if utf8:
        utf8 = _decodes(decoder, b"", final=True)
    encoding = ("utf-8-sig" if first.startswith(codecs.BOM_UTF8) else "utf-8") if utf8 else None
    return _Seen(sha.hexdigest(), encoding, newlines, last == b"\n", utf8 and returns == pairs)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _guess(path: Path, head: bytes) -> str:
    """The encoding of a file that is not UTF-8."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        half = len(head) // 2
        if odd > 0.4 * half and even < 0.05 * half:
            return "utf-16-le"
        if even > 0.4 * half and odd < 0.05 * half:
            return "utf-16-be"
        if _control(head) > len(head) // 50:
            raise Refusal("binary")
    sample, mixed_at, other_lines = bytearray(), 0, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if b"\0" in line:
                raise Refusal("nul_bytes", line=number)
            if line.isascii():
                continue
            if _is_utf8(line):
                mixed_at = mixed_at or number
            else:
                other_lines += 1
                if len(sample) < BLOCK:
                    sample += line
    if _control(head) > len(head) // 50:
        raise Refusal("binary")
    if mixed_at and other_lines:
        raise Refusal("mixed_encodings", line=mixed_at)
    text = bytes(sample)
    scores = {name: _likeness(text, name) for name in ("cp1252", "mac_roman", "latin-1")}
    best = max(scores, key=lambda name: scores[name])
    if best == "cp1252" and not re.search(rb"[\x80-\x9f]", text):
        return "latin-1"
    return best


def _control(head: bytes) -> int:
    """How many bytes no text has, lone NUL bytes aside."""
    return sum(byte < 32 and byte not in (0, 9, 10, 13) for byte in head)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _likeness(text: bytes, encoding: str) -> float:
    """How much the text looks like a western language when read so: 1 is entirely."""
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError:
        return -1.0
    seen = good = 0
    for found in _FOREIGN.finditer(decoded):
        seen += 1
        if _OUT_OF_PLACE.match(decoded, max(found.start() - 1, 0)):
            good -= 1
        elif found.group() in _LETTERS:
            good += 1
        elif unicodedata.category(found.group()) in ("Cc", "Co", "So", "Sm"):
            good -= 1
    return good / max(seen, 1)


def _transcode(path: Path, encoding: str, target: Path) -> None:
    try:
        with (
            path.open("r", encoding=encoding, newline="") as source,
            target.open("w", encoding="utf-8", newline="") as copy,
        ):
            while block := source.read(BLOCK):
                if "\0" in block:
                    raise Refusal("nul_bytes")
                copy.write(block.removeprefix("\ufeff"))
    except UnicodeError as error:
        raise Refusal("undecodable", details={"encoding": encoding}) from error
