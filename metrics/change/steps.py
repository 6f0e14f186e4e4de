"""What a change asks of others: to land files, to compute figures, and to hear how it goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb
import pandas as pd

from metrics.errors import Mistake
from metrics.importing.report import FileReport
from metrics.register import ledger
from metrics.setting import Setting
from metrics.workspace import Workspace


class Listener(Protocol):
    """Who hears how a change goes on. `reached` marks the moments at which a test may kill it."""

    def say(self, stage: str, done: float, message: str) -> None: ...
    def reached(self, stage: str) -> None: ...


class Landed(Protocol):
    """What landing one file gives."""

    @property
    def report(self) -> FileReport: ...
    @property
    def quarantine(self) -> Sequence[ledger.QuarantinedLike]: ...
    @property
    def organisation_rows(self) -> Sequence[dict[str, Any]]: ...
    @property
    def archive(self) -> str | None: ...


@dataclass(frozen=True)
class Steps:
    """The steps that know what files and figures are; `land` and `remove` change the draft.

    `cut` takes the figures behind fresh signals apart: it is given the whole figures and the
    signals, and gives further figures. `document` is called with the number of the publication at
    which figures can be read and with what to pass over, and gives frames of documents.
    """

    land: Callable[..., Landed]
    remove: Callable[[duckdb.DuckDBPyConnection, int], None]
    compute: Callable[
        [
            duckdb.DuckDBPyConnection,
            Setting,
            Callable[[float, str], None],
            Collection[tuple[str, str]],
        ],
        Iterable[pd.DataFrame | Mistake],
    ]
    cut: Callable[
        [duckdb.DuckDBPyConnection, Setting, Sequence[pd.DataFrame], Sequence[pd.DataFrame]],
        Iterable[pd.DataFrame],
    ] = lambda facts, setting, whole, judged: ()
    document: Callable[
        [duckdb.DuckDBPyConnection, Setting, Workspace, int, Collection[tuple[str, str]]],
        Iterable[pd.DataFrame],
    ] = lambda facts, setting, workspace, publication, passed: ()
