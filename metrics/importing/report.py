"""What an import tells a person and a machine: the same facts for screen, API and command."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from metrics.errors import VigieError

#: Years that an export can be of.
FIRST_YEAR, LAST_YEAR = 1970, 2099


@dataclass(frozen=True)
class RowCounts:
    """Where every source row went: read = loaded + unchanged + skipped + quarantined.

    `replaced` says how many of the loaded rows took an older row's place.
    """

    read: int = 0
    loaded: int = 0
    replaced: int = 0
    unchanged: int = 0
    skipped: int = 0
    quarantined: int = 0

    @property
    def balanced(self) -> bool:
        return self.read == self.loaded + self.unchanged + self.skipped + self.quarantined


@dataclass(frozen=True)
class Problem:
    """Something a person should know about a file. `reason` is a key with a text per language.

    `severity`: 'quarantined' (those rows did not load), 'skipped' (left out by a stated rule),
    'warning' (loaded, with something missing), 'refused' (the whole file).
    """

    severity: str
    reason: str
    column: str = ""
    line: int | None = None  # of the first row concerned, counted from 1 in the file
    rows: int = 0
    example: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CoverageSpan:
    """Days on which a stream of a dataset is known, both ends inclusive, without a gap."""

    dataset: str
    source: str
    stream: str
    start: date
    end: date


@dataclass(frozen=True)
class FileTotal:
    """What the rows of one column add up to, beside the total that the file itself gives."""

    column: str
    rows: float
    file: float

    @property
    def agrees(self) -> bool:
        """Whether they are the same but for rounding."""
        return abs(self.rows - self.file) <= max(0.005 * abs(self.file), 0.01)


@dataclass(frozen=True)
class FileReport:
    """One file's outcome, or what it would be (dry run: `import_id` is None).

    `status`: 'loaded', 'unchanged' (the same file again), 'refused'.
    `streams`: values that name products or squads → rows, and `unknown_streams` those that the
    organisation cannot place yet; their rows are loaded and wait for a name.
    """

    file: str
    tool: str
    profile: str
    dataset: str
    confidence: float
    status: str
    rows: RowCounts
    problems: tuple[Problem, ...] = ()
    period: tuple[date, date] | None = None
    observed_at: datetime | None = None
    coverage: tuple[CoverageSpan, ...] = ()
    kpis: tuple[str, ...] = ()
    streams: dict[str, int] = field(default_factory=dict)
    unknown_streams: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)  # source header -> canonical field
    preview: tuple[dict[str, str], ...] = ()  # first typed rows
    import_id: int | None = None
    sha256: str = ""
    totals: tuple[FileTotal, ...] = ()
    deleted: int = 0  # items known now that a complete list lacks


@dataclass(frozen=True)
class ImportOptions:
    """What a person may say about the files of one import."""

    profile: str | None = None  # force one profile instead of recognising
    product: str | None = None  # every row belongs to this product
    squad: str | None = None
    observed_at: datetime | None = None  # when the tool wrote the export, local time
    complete: tuple[str, ...] = ()  # digests of files that hold all there is of what they name

    def __post_init__(self) -> None:
        """Raises VigieError for a moment that no export can be of."""
        if self.observed_at and not FIRST_YEAR <= self.observed_at.year <= LAST_YEAR:
            raise VigieError(
                f"No export was made on {self.observed_at:%Y-%m-%d}.",
                next_step=f"Give a day between {FIRST_YEAR} and {LAST_YEAR}, or none.",
            )

    def is_complete(self, sha256: str) -> bool:
        """Whether a file was declared a complete list; '*' says it of all."""
        return "*" in self.complete or sha256 in self.complete

    def of(self, sha256: str) -> ImportOptions:
        """What was said of one file of the import, for its entry in the ledger."""
        return replace(self, complete=("*",) if self.is_complete(sha256) else ())


@dataclass(frozen=True)
class QuarantinedRow:
    """A source row that did not load: its line, the column at fault ('' for the whole row), the
    reason's key, and its text without personal data."""

    line: int
    column: str
    reason: str
    text: str


@dataclass(frozen=True)
class Landed:
    """What landing a file left: `organisation_rows` are for the register's table of the report's
    dataset; `archive` is a file name under the workspace's archive folder."""

    report: FileReport
    quarantine: tuple[QuarantinedRow, ...] = ()
    organisation_rows: tuple[dict[str, object], ...] = ()
    archive: str | None = None
