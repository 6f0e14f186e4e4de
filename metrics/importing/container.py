"""What a dropped file holds: itself, the members of a ZIP archive, the sheets of a workbook.

Names inside an archive are only ever shown: nothing is written under them. How much may come out
of one is limited before and while it is unpacked.
"""

from __future__ import annotations

import gzip
import lzma
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from metrics.importing import workbook
from metrics.importing.refusal import Refusal
from metrics.importing.report import Problem

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
EMPTY_ZIP = b"PK\x05\x06"
MOST_MEMBERS = 1_000
MOST_UNPACKED = 20 << 30
MOST_OF_A_WORKBOOK = 2 << 30
#: Beyond this size, what shrinks more than so many times was made to fill a disk.
SUSPECT_FROM, MOST_TIMES_LARGER = 64 << 20, 200
BLOCK = 1 << 20
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    UnicodeError,
    ValueError,
)
_LEFT_BY_SYSTEMS = re.compile(r"(^|/)(__MACOSX/|\.[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A member of an archive, a sheet of a workbook, or a sheet of such a member.

    `problem` says why it cannot be read, when that is known before it is opened.
    """

    path: Path  # the file that was dropped
    name: str  # for people: 'exports.zip › sales.xlsx › 2026'
    member: int | None = None  # place in the archive's directory
    sheet: str | None = None
    problem: Problem | None = None


def parts(path: Path) -> list[Path | Part]:
    """What there is to import in a file: the file itself unless it is an archive or a workbook.

    Never raises: a container that cannot be read is one part with its problem.
    """
    try:
        kind = _kind(path)
        if kind == "workbook":
            return list(_sheets(path, path, path.name))
        if kind == "archive":
            return list(_members(path))
    except Refusal as refusal:
        return [Part(path, path.name, problem=refusal.problem)]
    except OSError:
        pass  # reading the file in its turn says what is wrong
    return [path]


@contextmanager
def unpacked(file: Path | Part) -> Iterator[Path]:
    """A path with the bytes to read: out of the archive, out of gzip; a workbook stays one.

    Raises Refusal for what is broken, locked, too large, or an archive in an archive.
    """
    if isinstance(file, Part) and file.problem is not None:
        raise _refused(file.problem)
    path = file.path if isinstance(file, Part) else file
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        if isinstance(file, Part) and file.member is not None:
            path = _extract(path, file.member, Path(folder) / "member")
        with path.open("rb") as begun:
            zipped = begun.read(2) == GZIP
        if zipped:
            path = _gunzip(path, Path(folder) / "content")
        yield path


def _refused(problem: Problem) -> Refusal:
    return Refusal(
        problem.reason,
        column=problem.column,
        line=problem.line,
        example=problem.example,
        details=problem.details,
    )


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
    if head == EMPTY_ZIP:
        raise Refusal("empty_file")
    if head != ZIP:
        return "file"
    with _archive(path) as archive:
        names = set(archive.namelist())
    return "workbook" if "[Content_Types].xml" in names else "archive"


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, its directory checked. Raises Refusal."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_MEMBERS:
                details = {"members": str(len(entries)), "most": str(MOST_MEMBERS)}
                raise Refusal("too_many_members", details=details)
            _check_size(sum(entry.file_size for entry in entries), path.stat().st_size)
            yield archive
    except BROKEN_ARCHIVE as error:
        raise Refusal("damaged_archive", example=str(error)[:80]) from error


def _check_size(unpacked_size: int, packed: int, most: int = MOST_UNPACKED) -> None:
    if unpacked_size > most or (
        unpacked_size > SUSPECT_FROM and unpacked_size > MOST_TIMES_LARGER * max(packed, 1)
    ):
        raise Refusal("unpacks_too_large", details={"gigabytes": f"{unpacked_size / 2**30:.1f}"})


def _members(path: Path) -> Iterator[Path | Part]:
    with _archive(path) as archive:
        entries = archive.infolist()
    found = False
    for place, entry in enumerate(entries):
        if entry.is_dir() or _LEFT_BY_SYSTEMS.search(entry.filename):
            continue
        found = True
        part = Part(path, f"{path.name} › {_shown(entry.filename)}", place)
        try:
            with unpacked(part) as file:
                kind = _kind(file)
                if kind == "archive":
                    raise Refusal("archive_in_archive")
                if kind == "workbook":
                    yield from _sheets(path, file, part.name, place)
                else:
                    yield part
        except Refusal as refusal:
            yield Part(path, part.name, place, problem=refusal.problem)
    if not found:
        raise Refusal("empty_file")


def _shown(name: str) -> str:
    """A member's name as a person may see it: its last part, nothing that could steer a screen."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return "".join(letter for letter in last if letter.isprintable())[:120] or "?"


def _sheets(path: Path, file: Path, name: str, member: int | None = None) -> Iterator[Part]:
    """The sheets that hold something. Raises Refusal when none does."""
    with _archive(file) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        _check_size(size, file.stat().st_size, MOST_OF_A_WORKBOOK)
        for entry in archive.infolist():  # what the directory promises may be untrue
            _copy_limited(archive, entry, None)
    names = workbook.filled_sheets(file)
    if not names:
        raise Refusal("empty_file")
    for sheet in names:
        yield Part(path, f"{name} › {_shown(sheet)}", member, sheet)


def _extract(path: Path, place: int, target: Path) -> Path:
    with _archive(path) as archive, target.open("wb") as copy:
        _copy_limited(archive, archive.infolist()[place], copy)
    return target


def _copy_limited(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, copy: IO[bytes] | None) -> None:
    """Unpack one entry, which may not be larger than the directory says nor locked."""
    if entry.flag_bits & 1:
        raise Refusal("locked_archive")
    _check_size(entry.file_size, entry.compress_size)
    done = 0
    with archive.open(entry) as content:
        while block := content.read(BLOCK):
            done += len(block)
            if done > entry.file_size:
                raise Refusal("damaged_archive", example=_shown(entry.filename))
            if copy is not None:
                copy.write(block)


def _gunzip(path: Path, target: Path) -> Path:
    packed, done = path.stat().st_size, 0
    try:
        with gzip.open(path) as content, target.open("wb") as copy:
            while block := content.read(BLOCK):
                done += len(block)
                _check_size(done, packed, min(MOST_UNPACKED, shutil.disk_usage(target.parent).free))
                copy.write(block)
    except BROKEN_ARCHIVE as error:
        raise Refusal("damaged_archive", example=str(error)[:80]) from error
    with target.open("rb") as content:
        if content.read(2) == GZIP:
            raise Refusal("archive_in_archive")
    return target
