"""Exports whose names say when they were taken, and what figures they amount to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from metrics.calendar import Grain
from metrics.importing import land
from metrics.importing.report import CoverageSpan, FileReport, ImportOptions
from metrics.result import Figure
from tests.imported import Imported


def csv_of(header: str, rows: Iterable[Sequence[object]]) -> str:
    """The text of a comma-separated file; None is an empty cell."""
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join([header, *lines]) + "\n"


class Exported(Imported):
    """Files are of the day in their names, and questions are about the company unless told."""

    def file(self, name: str, content: str, options: ImportOptions | None = None) -> FileReport:
        """Import one file that must load; returns its report."""
        path = self.folder / name
        path.write_text(content, "utf-8")
        landed = land(
            self.connection, self.workspace, path, len(self.reports) + 1,
            options or ImportOptions(), self.organisation, lambda *_: (), lambda *_: None,
        )  # fmt: skip
        assert landed.report.status == "loaded", landed.report.problems
        self.reports.append(landed.report)
        self.spans += landed.report.coverage
        return landed.report

    def cover(self, dataset: str, source: str, stream: str, start: date, end: date) -> None:
        """Say that days are known without importing anything."""
        self.spans.append(CoverageSpan(dataset, source, stream, start, end))

    def ask(self, *names: str, by: str = "company", grain: Grain | None = None) -> list[Figure]:
        return super().ask(*names, by=by, grain=grain)

    def closed(
        self, name: str, *, by: str = "company", grain: Grain | None = None
    ) -> dict[tuple[str, str], float | str | None]:
        """By scope (or member of the cut) and closed period: the value, else the reason."""
        return self.values(name, by=by, grain=grain)
