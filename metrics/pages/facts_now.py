"""Questions that a page asks of the facts themselves, in the warehouse that readers see now.

Each is a file of SQL beside this one, held to the allow-list as models are, and reads models.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
from sqlglot import exp

from metrics import pinning, warehouse
from metrics.access import Viewer, may_see
from metrics.allowlist import parse
from metrics.engines import open_facts
from metrics.models import inlined
from metrics.query import setting_of
from metrics.setting import Setting
from metrics.workspace import Workspace


@dataclass(frozen=True)
class FactsNow:
    """An open warehouse with the setting that figures are computed in."""

    connection: duckdb.DuckDBPyConnection
    setting: Setting

    def rows(self, question: str, **values: object) -> list[dict[str, Any]]:
        """The rows that the file `question`.sql answers, by column name; `values` are bound."""
        tree = inlined(_tree(question), self.setting.models)
        cursor = self.connection.execute(pinning.render(tree), values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def facts_now(workspace: Workspace, viewer: Viewer) -> Iterator[FactsNow | None]:
    """The facts of products; None where there are none yet, or `viewer` may not see products."""
    path = warehouse.current_path(workspace)
    if path is None or not may_see(viewer, "product"):
        yield None
        return
    connection = open_facts(path)
    try:
        yield FactsNow(connection, setting_of(workspace).of_facts(connection))
    finally:
        connection.close()


@cache
def _tree(question: str) -> exp.Expr:
    name = f"{question}.sql"
    return parse((files("metrics.pages") / name).read_text("utf-8"), f"pages/{name}")
