"""What a report says of one file: recognised, refused, its first rows."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from metrics.importing import accounting
from metrics.importing.binding import Binding
from metrics.importing.container import Part
from metrics.importing.observed import Observed
from metrics.importing.recognise import Match
from metrics.importing.report import FileReport, Problem, RowCounts
from metrics.importing.session import Session
from metrics.importing.source import Source

PREVIEW_ROWS = 5


def refused(path: Path | Part, problem: Problem, seen: dict[str, object]) -> FileReport:
    """The report of a file that was refused, with what was `seen` of it before."""
    match = seen.get("match")
    return FileReport(
        file=path.name,
        tool=match.profile.tool if isinstance(match, Match) else "",
        profile=match.profile.name if isinstance(match, Match) else "",
        dataset=match.profile.dataset if isinstance(match, Match) else "",
        confidence=match.confidence if isinstance(match, Match) else 0.0,
        status="refused",
        rows=RowCounts(),
        problems=(problem,),
        sha256=str(seen.get("sha256", "")),
    )


def recognised(
    session: Session, source: Source, match: Match, binding: Binding, observed: Observed
) -> FileReport:
    """The report of a file that is about to be loaded, before its rows are counted."""
    return FileReport(
        file=source.name,
        tool=match.profile.tool,
        profile=match.profile.name,
        dataset=match.profile.dataset,
        confidence=match.confidence,
        status="loaded",
        rows=RowCounts(),
        observed_at=observed.at,
        kpis=session.kpis_of(
            match.profile.dataset,
            {field for field, _ in binding.missing},
            {bound.question.kind for bound in binding.questions} or None,
            _metrics(session.connection, binding),
        ),
        columns=binding.used,
        import_id=session.import_id,
        sha256=source.sha256,
    )


def _metrics(connection: duckdb.DuckDBPyConnection, binding: Binding) -> Collection[str] | None:
    """The figures that a file of them holds, by the names that they land under; None of others."""
    known = binding.profile.metrics
    if known is not None or binding.dataset.name != "observations":
        return known
    found = connection.execute(
        "select distinct metric_name(metric) from typed where metric is not null"
    )
    return {name for (name,) in found.fetchall()}


def missing(binding: Binding) -> list[Problem]:
    """The columns that the file lacks, and what reads them stays empty."""
    return [
        Problem("warning", "column_missing", column=header, details={"field": field})
        for field, header in binding.missing
    ]


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def preview(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], ...]:
    """The first rows that land, as text; rows that land as one are shown as one."""
    cursor = connection.execute(
        "select * exclude (record, problem, skip) from shaped "
        "where problem is null and skip is null limit ?",
        [PREVIEW_ROWS * PREVIEW_ROWS],
    )
    names = [column[0] for column in cursor.description or ()]
    shown: list[dict[str, str]] = []
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        if row.pop("told", 1) > 1 and row["value"] is None:
            continue
        said = {
            name: accounting.mask(_shown(value))
            for name, value in row.items()
            if value is not None and value != []
        }
        if "told" not in names or said not in shown:
            shown.append(said)
    return tuple(shown[:PREVIEW_ROWS])
