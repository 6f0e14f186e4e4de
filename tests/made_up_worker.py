"""A worker whose files hold one number, and whose figures are all the sum of those numbers.

So a reader that sees two different figures has seen a mixture of two publications.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from metrics import worker
from metrics.calendar import Calendar, Grain
from metrics.change import Steps
from metrics.importing.report import CoverageSpan, FileReport, ImportOptions, Problem, RowCounts
from metrics.organisation import Organisation
from metrics.register.ledger import Quarantined
from metrics.setting import Setting
from metrics.workspace import Workspace
from tests.made_up_figures import figures_frame

MONDAY = date(2024, 11, 18)
KPIS = tuple(f"kpi_{number}" for number in range(4))
WEEKS = 60


@dataclass(frozen=True)
class Landed:
    report: FileReport
    quarantine: Sequence[Quarantined] = ()
    organisation_rows: Sequence[dict[str, Any]] = ()
    archive: str | None = None


def land(
    facts: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    path: Path,
    import_id: int,
    options: ImportOptions,
    organisation: Organisation,
    kpis_of: Callable[[str], tuple[str, ...]],
    known: Callable[[str, datetime], int | None],
    progress: Callable[[str, float], None],
    arrived_at: datetime,
) -> Landed:
    content = json.loads(path.read_text())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    observed_at = datetime(2026, 11, 16, 7) + timedelta(content.get("day", 0))

    def report(status: str, rows: RowCounts, *problems: Problem) -> FileReport:
        return FileReport(
            file=path.name,
            tool="made_up",
            profile="made_up",
            dataset=content.get("dataset", "observations"),
            confidence=1.0,
            status=status,
            rows=rows,
            problems=problems,
            observed_at=observed_at,
            coverage=(
                CoverageSpan("observations", "made_up", "all", MONDAY, MONDAY + timedelta(6)),
            ),
            unknown_streams=("atelier",),
            sha256=sha256,
        )

    if "value" not in content and "rows" not in content:
        return Landed(report("refused", RowCounts(), Problem("refused", "unreadable")))
    if known(sha256, observed_at) is not None:
        return Landed(report("unchanged", RowCounts(read=1, unchanged=1)))
    if "rows" in content:
        rows = [
            {name: value for name, value in row.items() if value is not None}
            for row in content["rows"]
        ]
        return Landed(
            report("loaded", RowCounts(read=len(rows), loaded=len(rows))), organisation_rows=rows
        )
    facts.execute(
        "insert into imports values (?, 'made_up', 'observations', ?)", [import_id, observed_at]
    )
    facts.execute(
        "insert into import_streams values (?, 'observations', 'made_up', 'atelier', 1)",
        [import_id],
    )
    facts.execute(
        "insert into landed_observations values "
        "(?, 'made_up', ?, 'number', 'atelier', ?, 'day', '', '', ?, null)",
        [import_id, observed_at, MONDAY + timedelta(content.get("day", 0)), content["value"]],
    )
    aside = [Quarantined(3, "value", "not_a_number", "{}")] * content.get("aside", 0)
    return Landed(
        report("loaded", RowCounts(read=1 + len(aside), loaded=1, quarantined=len(aside))),
        quarantine=aside,
    )


def remove(facts: duckdb.DuckDBPyConnection, import_id: int) -> None:
    for table in ("imports", "import_streams", "landed_observations"):
        facts.table(table)
    facts.execute("delete from imports where import_id = ?", [import_id])
    facts.execute("delete from import_streams where import_id = ?", [import_id])
    facts.execute("delete from landed_observations where import_id = ?", [import_id])


def total(facts: duckdb.DuckDBPyConnection) -> float:
    found = facts.execute("select coalesce(sum(value), 0) from observations").fetchone()
    assert found is not None
    return float(found[0])


def compute(
    facts: duckdb.DuckDBPyConnection,
    setting: Setting,
    progress: Callable[[float, str], None],
    unchanged: Collection[tuple[str, str]] = (),
) -> Iterator[pd.DataFrame]:
    weeks = Calendar().periods(Grain.WEEK, MONDAY, MONDAY + timedelta(7 * WEEKS - 1))
    for kpi in KPIS:
        progress(0.5, kpi)
        yield figures_frame(kpi, weeks, total(facts))


STEPS = Steps(land, remove, compute)


def main(arguments: list[str]) -> int:
    return worker.main(arguments, STEPS)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
