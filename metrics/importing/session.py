"""What landing one file needs to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import duckdb

from metrics.importing.report import ImportOptions
from metrics.importing.staging import Progress
from metrics.organisation import Organisation
from metrics.workspace import Workspace

KpisOf = Callable[..., tuple[str, ...]]  # see metrics.feeds.kpis_fed


@dataclass(frozen=True)
class Session:
    """One file being landed. `now` names the catalog that holds what counts now; `arrived_at`
    is UTC, the same for all files of one job."""

    connection: duckdb.DuckDBPyConnection
    workspace: Workspace
    options: ImportOptions
    organisation: Organisation
    kpis_of: KpisOf
    now: str
    import_id: int
    progress: Progress
    arrived_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None))

    def midnight(self, day: date) -> datetime:
        """The moment in UTC at which the company's day begins."""
        begun = datetime.combine(day, time(), self.workspace.zone)
        return begun.astimezone(UTC).replace(tzinfo=None)

    def local_day(self, moment: datetime) -> date:
        """The company's day at a moment in UTC."""
        return moment.replace(tzinfo=UTC).astimezone(self.workspace.zone).date()
