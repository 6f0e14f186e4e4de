"""The names that a file of targets may use: KPIs of the catalogue, scopes of the organisation."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import duckdb
import pandas as pd

from metrics.definitions import catalogue_of
from metrics.importing.container import Part
from metrics.importing.refusal import Refusal
from metrics.importing.report import Problem
from metrics.importing.source import open_source
from metrics.organisation import Organisation
from metrics.scopes import all_scopes
from metrics.workspace import Workspace

#: Choices told: names near the unknown one, else the first.
TOLD = 8
#: Bytes in which a file's header is looked for.
HEAD = 400


def put_names(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, organisation: Organisation
) -> None:
    """Temporary tables `known_kpis` (name) and `known_scopes` (kind, key)."""
    catalogue = catalogue_of(workspace)
    scopes = all_scopes(organisation)
    frames = {
        "known_kpis": pd.DataFrame({"name": [kpi.name for kpi in catalogue]}, dtype="object"),
        "known_scopes": pd.DataFrame(
            {"kind": [s.kind for s in scopes], "key": [s.key for s in scopes]}, dtype="object"
        ),
    }
    for table, frame in frames.items():
        connection.register("names_known", frame)
        connection.execute(
            f"create or replace temp table {table} as select * from names_known"  # noqa: S608 - our own constants
        )
        connection.unregister("names_known")


def with_choices(connection: duckdb.DuckDBPyConnection, problem: Problem) -> Problem:
    """A problem with an unknown name, with the names that it could have been."""
    tables = {"unknown_kpi": "select name from known_kpis", "unknown_scope":
              "select distinct key from known_scopes where key <> '' order by key"}  # fmt: skip
    if problem.reason not in tables:
        return problem
    names = [name for (name,) in connection.execute(tables[problem.reason]).fetchall()]
    near = get_close_matches(problem.example, names, TOLD, 0.5) or names[:TOLD]
    return replace(problem, details=problem.details | {"choices": ", ".join(near)})


def read_last(file: Path | Part) -> bool:
    """Whether a file names scopes, so that files that introduce them should be read before it."""
    try:
        if isinstance(file, Path):
            return _names_scopes(file)
        with open_source(file) as source:
            return _names_scopes(source.text)
    except (OSError, Refusal):
        return False  # reading it in its turn says what is wrong


def _names_scopes(text: Path) -> bool:
    with text.open("rb") as file:
        return b"scope_kind" in file.read(HEAD)
