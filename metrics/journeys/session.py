"""What a question is asked of: an open warehouse, definitions, and who is asking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from sqlglot import exp

from metrics import pinning, warehouse
from metrics.access import Viewer, may_see
from metrics.allowlist import check
from metrics.calendar import Period
from metrics.engines import open_facts
from metrics.errors import VigieError, unknown
from metrics.journeys.audience import Audience
from metrics.journeys.intervals import Interval
from metrics.journeys.trees import Bound
from metrics.models import inlined
from metrics.query import setting_of
from metrics.scopes import all_scopes, members_of
from metrics.sets import put_sets
from metrics.setting import Setting
from metrics.workspace import Workspace

DATASETS = ("events",)


@dataclass(frozen=True)
class Statement:
    """One compiled question. `values` are bound to its named placeholders."""

    tree: exp.Expr
    values: dict[str, str]

    def sql(self, dialect: str = "duckdb") -> str:
        """The text for one engine, with the meaning of every construct pinned."""
        return pinning.render(self.tree, dialect)


@dataclass(frozen=True)
class Certainty:
    """Per interval: whether its count may be shown, whether it is final, and why not."""

    shown: tuple[bool, ...]
    closed: tuple[bool, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Session:
    """An open warehouse with the setting that figures are computed in."""

    connection: duckdb.DuckDBPyConnection
    setting: Setting
    zone: ZoneInfo
    viewer: Viewer

    @classmethod
    @contextmanager
    def open(cls, workspace: Workspace, viewer: Viewer) -> Iterator[Session]:
        """A session on the warehouse version that readers see now."""
        path = warehouse.current_path(workspace)
        if path is None:
            raise VigieError(
                "This workspace holds no data yet.", next_step="Import a file: 'vigie import FILE'."
            )
        connection = open_facts(path)
        try:
            setting = setting_of(workspace).of_facts(connection)
            yield cls(connection, setting, workspace.zone, viewer)
        finally:
            connection.close()

    @property
    def last_known(self) -> date:
        """The last day known of anything. Raises VigieError when there is none."""
        day = self.setting.coverage.last
        if day is None:
            raise VigieError(
                "Nothing is known of any day yet.", next_step="Import a file: 'vigie import FILE'."
            )
        return day

    def compiled(self, tree: exp.Expr, bound: Bound) -> Statement:
        """`tree` with the models it reads. Raises VigieError outside the allow-list."""
        check(tree, "a question about journeys")
        return Statement(inlined(tree, dict(self.setting.models)), bound.values)

    def rows(self, statement: Statement) -> list[dict[str, Any]]:
        """The rows of a statement, by column name."""
        cursor = self.connection.execute(statement.sql(), statement.values or None)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def gather(self, audience: Audience, day: date | None = None) -> frozenset[str]:
        """The products that the audience's scope stands for on a day, put beside the facts.

        The day is the last one known of when not given. Raises VigieError for a scope that does
        not exist, that the viewer may not see, or that stands for nothing on that day.
        """
        scope, organisation = audience.scope, self.setting.organisation
        if not may_see(self.viewer, scope.kind):
            raise VigieError(f"You may not see figures per {scope.kind}.", exit_code=1)
        if scope not in all_scopes(organisation):
            known = [known.key for known in all_scopes(organisation) if known.kind == scope.kind]
            raise unknown(scope.kind, scope.key, known, "See 'vigie check'.")
        day = day or self.last_known
        members = members_of(organisation, scope, "product", day)
        if not members:
            raise VigieError(f"{scope.key or scope.kind} stood for no product on {day}.")
        put_sets(self.connection, [members])
        return members

    def certainty(
        self,
        members: frozenset[str],
        intervals: Sequence[Interval],
        windows: Sequence[tuple[date, date]] | None = None,
    ) -> Certainty:
        """What is known of the products' events in each interval, or in the days of `windows`."""
        periods: list[Period] = [interval.period for interval in intervals]
        needed = windows or [(period.start, period.end) for period in periods]
        known = self.setting.coverage.known([members], "product", DATASETS, periods, needed)
        # Where the history begins within the days, what is known of them is shown, and said so.
        begins = known.reason == "history_begins"
        return Certainty(
            shown=tuple((known.usable | known.to_date | begins)[0].tolist()),
            closed=tuple((known.closed & ~begins)[0].tolist()),
            reasons=tuple(known.reason[0].tolist()),
        )
