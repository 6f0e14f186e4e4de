"""The import ledger: what came in, when, what became of each row, and which days it made known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from metrics.errors import VigieError
from metrics.importing.relanding import Kept
from metrics.importing.report import (
    CoverageSpan,
    FileReport,
    FileTotal,
    ImportOptions,
    Problem,
    RowCounts,
)
from metrics.register.organisation import remove_rows
from metrics.register.tables import coverage, imports, quarantine


class QuarantinedLike(Protocol):
    """A row set aside: its line in the file, the column at fault, a reason's key, its text."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def text(self) -> str: ...


class Quarantined(NamedTuple):
    line: int
    column: str
    reason: str
    text: str


@dataclass(frozen=True)
class ImportRecord:
    """One line of the ledger. `status`: staged (a job is at work), applied, undone.

    `totals` are the file's own, beside what its rows add up to.
    """

    id: int
    file: str
    sha256: str
    tool: str
    profile: str
    dataset: str
    confidence: float
    observed_at: datetime  # UTC
    status: str
    rows: RowCounts
    problems: tuple[Problem, ...]
    kpis: tuple[str, ...]
    period: tuple[date, date] | None
    archive: str | None
    created_at: datetime
    created_by: str
    undone_at: datetime | None
    undone_by: str | None
    totals: tuple[FileTotal, ...] = ()


class AppliedSpan(NamedTuple):
    """A coverage span with the import that declared it and when the tool wrote the export."""

    span: CoverageSpan
    import_id: int
    observed_at: datetime


def next_import_id(connection: sa.Connection) -> int:
    """The number of the next import. Only the holder of the publisher's lease may use it."""
    return int(
        connection.execute(sa.select(sa.func.coalesce(sa.func.max(imports.c.id), 0))).scalar_one()
        + 1
    )


def stage(
    connection: sa.Connection,
    import_id: int,
    report: FileReport,
    *,
    options: ImportOptions,
    archive: str | None,
    by: str,
    at: datetime | None = None,
) -> None:
    """Add an import that does not count yet, with its coverage."""
    if report.observed_at is None:
        raise VigieError(f"{report.file} has no moment of export: it cannot be put in order.")
    connection.execute(
        sa.insert(imports).values(
            id=import_id,
            file=report.file,
            sha256=report.sha256,
            tool=report.tool,
            profile=report.profile,
            dataset=report.dataset,
            confidence=report.confidence,
            observed_at=report.observed_at,
            options={
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in asdict(options).items()
            },
            status="staged",
            rows=asdict(report.rows),
            problems=[asdict(problem) for problem in report.problems],
            totals=[asdict(total) for total in report.totals],
            kpis=list(report.kpis),
            period_start=report.period[0] if report.period else None,
            period_end=report.period[1] if report.period else None,
            archive=archive,
            created_at=at or _now(),
            created_by=by,
        )
    )
    cover(connection, import_id, report.coverage)


def set_aside(connection: sa.Connection, import_id: int, rows: Iterable[QuarantinedLike]) -> None:
    """Add quarantined rows of a staged import."""
    for batch in _batches(rows, 1000):
        connection.execute(
            sa.insert(quarantine),
            [
                {
                    "import_id": import_id,
                    "line": row.line,
                    "column": row.column,
                    "reason": row.reason,
                    "text": row.text,
                }
                for row in batch
            ],
        )


def apply(connection: sa.Connection, import_ids: Iterable[int]) -> None:
    """From the end of the caller's transaction, these staged imports count."""
    connection.execute(
        sa.update(imports)
        .where(imports.c.id.in_(list(import_ids)), imports.c.status == "staged")
        .values(status="applied")
    )


def undo(connection: sa.Connection, import_id: int, *, by: str, at: datetime | None = None) -> None:
    """From the end of the caller's transaction, this applied import counts no more."""
    connection.execute(
        sa.update(imports)
        .where(imports.c.id == import_id)
        .values(status="undone", undone_at=at or _now(), undone_by=by)
    )


def remove_staged(connection: sa.Connection) -> list[str]:
    """Forget imports whose job never finished; returns archives that nothing refers to now."""
    left = connection.execute(
        sa.select(imports.c.id, imports.c.archive).where(imports.c.status == "staged")
    ).all()
    for row in left:
        connection.execute(sa.delete(coverage).where(coverage.c.import_id == row.id))
        connection.execute(sa.delete(quarantine).where(quarantine.c.import_id == row.id))
        remove_rows(connection, row.id)
        connection.execute(sa.delete(imports).where(imports.c.id == row.id))
    kept = set(connection.execute(sa.select(imports.c.archive)).scalars())
    return [row.archive for row in left if row.archive and row.archive not in kept]


def find(
    connection: sa.Connection,
    sha256: str,
    observed_at: datetime | None,
    *,
    including: Iterable[int] = (),
) -> int | None:
    """The import that already brought this very file of this very moment, if it counts.

    With no moment: the one that brought this very file, if none of its kind came since.
    """
    counts = sa.or_(imports.c.status == "applied", imports.c.id.in_(list(including)))
    same = sa.select(sa.func.min(imports.c.id)).where(imports.c.sha256 == sha256, counts)
    if observed_at is not None:
        found: int | None = connection.execute(
            same.where(imports.c.observed_at == observed_at)
        ).scalar_one()
        return found
    others = sa.alias(imports)
    newer = sa.or_(
        others.c.observed_at > imports.c.observed_at,
        sa.and_(others.c.observed_at == imports.c.observed_at, others.c.id > imports.c.id),
    )
    since = sa.exists().where(
        others.c.tool == imports.c.tool,
        others.c.profile == imports.c.profile,
        others.c.sha256 != imports.c.sha256,
        sa.or_(others.c.status == "applied", others.c.id.in_(list(including))),
        newer,
    )
    last: int | None = connection.execute(same.where(~since)).scalar_one()
    return last


def placed_by_hand(connection: sa.Connection, import_id: int) -> tuple[str | None, str | None]:
    """The product and the squad that a person gave every row of an import."""
    options: dict[str, Any] = connection.execute(
        sa.select(imports.c.options).where(imports.c.id == import_id)
    ).scalar_one()
    return options["product"], options["squad"]


def history(connection: sa.Connection, *, limit: int | None = None) -> list[ImportRecord]:
    """Imports that counted once, undone ones included, newest first."""
    query = (
        sa.select(imports)
        .where(imports.c.status != "staged")
        .order_by(imports.c.id.desc())
        .limit(limit)
    )
    return [_record(row) for row in connection.execute(query)]


def datasets(connection: sa.Connection) -> tuple[str, ...]:
    """The kinds of data of the imports that count, each once, in order of name."""
    query = sa.select(imports.c.dataset).where(imports.c.status == "applied").distinct()
    return tuple(sorted(connection.scalars(query)))


def get(connection: sa.Connection, import_id: int) -> ImportRecord:
    """One import; raises VigieError when there is none of that number."""
    row = connection.execute(
        sa.select(imports).where(imports.c.id == import_id, imports.c.status != "staged")
    ).one_or_none()
    if row is None:
        raise VigieError(
            f"There is no import number {import_id}.",
            next_step="The import page lists them; 'vigie import --json' gives import_id.",
            exit_code=2,
        )
    return _record(row)


def kept(connection: sa.Connection) -> list[Kept]:
    """The imports that count, as landing them again from the archive needs them, oldest first."""
    spans: dict[int, list[CoverageSpan]] = {}
    for row in connection.execute(sa.select(coverage).order_by(*coverage.primary_key.columns)):
        span = CoverageSpan(row.dataset, row.source, row.stream, row.start, row.end)
        spans.setdefault(row.import_id, []).append(span)
    found = []
    for row in connection.execute(
        sa.select(imports).where(imports.c.status == "applied").order_by(imports.c.id)
    ):
        said = dict(row.options)
        moment = said.pop("observed_at", None)
        at = datetime.fromisoformat(moment) if moment else None
        said["complete"] = tuple(said.get("complete", ()))
        found.append(
            Kept(
                import_id=row.id,
                file=row.file,
                profile=row.profile,
                dataset=row.dataset,
                archive=row.archive,
                observed_at=row.observed_at,
                options=ImportOptions(**said, observed_at=at),
                arrived_at=row.created_at,
                coverage=tuple(spans.get(row.id, ())),
            )
        )
    return found


def read_quarantine(connection: sa.Connection, import_id: int) -> list[Quarantined]:
    """The rows of an import that did not load, in the order of the file."""
    columns = (quarantine.c.line, quarantine.c.column, quarantine.c.reason, quarantine.c.text)
    return [
        Quarantined(*row)
        for row in connection.execute(
            sa.select(*columns)
            .where(quarantine.c.import_id == import_id)
            .order_by(quarantine.c.line, quarantine.c.id)
        )
    ]


def read_coverage(
    connection: sa.Connection, *, including: Iterable[int] = (), excluding: Iterable[int] = ()
) -> list[AppliedSpan]:
    """Every span of days that an applied import declared known, oldest first."""
    rows = connection.execute(
        sa.select(coverage, imports.c.observed_at)
        .join_from(coverage, imports)
        .where(
            sa.or_(imports.c.status == "applied", imports.c.id.in_(list(including))),
            imports.c.id.not_in(list(excluding)),
        )
        .order_by(
            coverage.c.dataset,
            coverage.c.source,
            coverage.c.stream,
            coverage.c.start,
            coverage.c.import_id,
        )
    )
    return [
        AppliedSpan(
            CoverageSpan(row.dataset, row.source, row.stream, row.start, row.end),
            row.import_id,
            row.observed_at,
        )
        for row in rows
    ]


def coverage_of(
    connection: sa.Connection, import_ids: Iterable[int]
) -> dict[int, tuple[CoverageSpan, ...]]:
    """The spans of days that each of the imports declared known, whether it counts or not."""
    found: dict[int, list[CoverageSpan]] = {number: [] for number in import_ids}
    query = sa.select(coverage).where(coverage.c.import_id.in_(list(found)))
    for row in connection.execute(query.order_by(*coverage.primary_key.columns)):
        found[row.import_id].append(
            CoverageSpan(row.dataset, row.source, row.stream, row.start, row.end)
        )
    return {number: tuple(spans) for number, spans in found.items()}


def cover(connection: sa.Connection, import_id: int, spans: Iterable[CoverageSpan]) -> None:
    """From the end of the caller's transaction, an import declares these days known."""
    connection.execute(sa.delete(coverage).where(coverage.c.import_id == import_id))
    rows = [asdict(span) | {"import_id": import_id} for span in spans]
    if rows:
        connection.execute(sa.insert(coverage), rows)


def _record(row: Any) -> ImportRecord:
    return ImportRecord(
        id=row.id,
        file=row.file,
        sha256=row.sha256,
        tool=row.tool,
        profile=row.profile,
        dataset=row.dataset,
        confidence=row.confidence,
        observed_at=row.observed_at,
        status=row.status,
        rows=RowCounts(**row.rows),
        problems=tuple(Problem(**problem) for problem in row.problems),
        kpis=tuple(row.kpis),
        period=(row.period_start, row.period_end) if row.period_start else None,
        archive=row.archive,
        created_at=row.created_at,
        created_by=row.created_by,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        totals=tuple(FileTotal(**total) for total in row.totals or ()),
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _batches(rows: Iterable[QuarantinedLike], size: int) -> Iterator[list[QuarantinedLike]]:
    ahead = iter(rows)
    while batch := list(islice(ahead, size)):
        yield batch
