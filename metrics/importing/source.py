"""A file's bytes: what it is, how its text is encoded, and whether it is a table at all."""

from __future__ import annotations

import codecs
import hashlib
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from metrics.importing.refusal import Refusal

BLOCK = 1 << 20
LONGEST_LINE = 16 * BLOCK

_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"{\\rtf", "a rich text document"),
)
_LETTERS = frozenset("àâäæçéèêëîïôöœùûüÿñßáíóúãõåøÀÂÇÉÈÊËÎÏÔŒÙÛÜÑ€’‘“”«»°–—…·²")


@dataclass(frozen=True)
class Source:
    """One file, read through once.

    `text` is a UTF-8 file with the same content: the file itself, or a transcoded copy.
    `newlines` counts line feeds; `plain` says that no lone carriage return occurs and that the
    text is UTF-8 in place, so that a fast reader may be tried.
    """

    path: Path
    size: int
    sha256: str
    encoding: str
    text: Path
    newlines: int
    ends_with_newline: bool
    plain: bool
    modified_at: datetime  # UTC, naive

    @property
    def name(self) -> str:
        return self.path.name


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Read `path` through; a transcoded copy lives as long as the block.

    Raises Refusal for what is not text: empty, binary, an image, NUL bytes, two encodings, one
    endless line.
    """
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        yield _examine(path, Path(folder))


def digest(path: Path) -> str:
    """The sha256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _examine(path: Path, folder: Path) -> Source:
    try:
        status = path.stat()
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise Refusal("unreadable", example=error.strerror or str(error)) from error
    if not head.strip():
        raise Refusal("empty_file")
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise Refusal("not_a_table", details={"what": what})
    seen = _read_through(path)
    encoding, plain = seen.encoding, seen.plain
    if encoding is None:
        encoding = _guess(path, head)
    text = path
    if encoding not in ("utf-8", "utf-8-sig"):
        text, plain = folder / "text", False
        _transcode(path, encoding, text)
        seen = _read_through(text)
    if path.stat().st_mtime_ns != status.st_mtime_ns or path.stat().st_size != status.st_size:
        raise Refusal("changed_while_read")
    return Source(
        path=path,
        size=status.st_size,
        sha256=seen.sha256 if text is path else digest(path),
        encoding=encoding,
        text=text,
        newlines=seen.newlines,
        ends_with_newline=seen.ends_with_newline,
        plain=plain,
        modified_at=datetime.fromtimestamp(status.st_mtime, UTC).replace(
            tzinfo=None, microsecond=0
        ),
    )


@dataclass
class _Seen:
    sha256: str
    encoding: str | None  # None: not UTF-8, or holding NUL bytes
    newlines: int
    ends_with_newline: bool
    plain: bool


def _read_through(path: Path) -> _Seen:
    """One pass: digest, whether it is UTF-8, line ends. Raises Refusal for one endless line."""
    sha = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    newlines = returns = pairs = since_newline = 0
    utf8, first, last = True, b"", b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            sha.update(block)
            first = first or block[:4]
            count = block.count(b"\n")
            newlines += count
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            since_newline = 0 if count else since_newline + len(block)
            if since_newline >= LONGEST_LINE and not block.count(b"\r"):
                raise Refusal("endless_line", details={"megabytes": str(LONGEST_LINE // BLOCK)})
            last = block[-1:]
            if utf8:
                utf8 = b"\0" not in block and _decodes(decoder, block)
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
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        half = len(head) // 2
        if odd > 0.4 * half and even < 0.05 * half:
            return "utf-16-le"
        if even > 0.4 * half and odd < 0.05 * half:
            return "utf-16-be"
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
    control = sum(byte < 32 and byte not in (9, 10, 13) for byte in head)
    if control > len(head) // 50:
        raise Refusal("binary")
    if mixed_at and other_lines:
        raise Refusal("mixed_encodings", line=mixed_at)
    text = bytes(sample)
    scores = {name: _likeness(text, name) for name in ("cp1252", "mac_roman", "latin-1")}
    best = max(scores, key=lambda name: scores[name])
    if best == "cp1252" and not re.search(rb"[\x80-\x9f]", text):
        return "latin-1"
    return best


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
    foreign = [character for character in decoded if ord(character) > 127]
    good = sum(character in _LETTERS for character in foreign)
    odd = sum(unicodedata.category(character) in ("Cc", "Co", "So", "Sm") for character in foreign)
    return (good - odd) / max(len(foreign), 1)


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
