"""Days that files cover and of which facts cannot tell all the same.

A list of work items covers the days since the first was written. What of them was in progress on
which day it tells only with the starts of work, or from its first export on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import duckdb
import numpy as np
from sqlglot import exp

from metrics import pinning
from metrics.grid import Flags
from metrics.models import Model, inlined

#: Why a period has no figure that needs such a day.
BEFORE_HISTORY = "history_begins"


def untold(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    models: Mapping[str, Model],
    sets: Sequence[Collection[str]],
    windows: Sequence[tuple[date, date]],
) -> Flags:
    """Per set and window (first and last day), whether the facts of `model` do not tell of one of
    the days for one of the members."""
    starts = np.array([start for start, _ in windows], dtype="datetime64[D]")
    ends = np.array([end for _, end in windows], dtype="datetime64[D]")
    source = models[model.untold]
    columns = (exp.column(name) for name in (source.member, "start_day", "end_day"))
    query = pinning.render(inlined(exp.select(*columns).from_(source.name), models))
    by_member: dict[str, Flags] = {}
    nobody = np.zeros(len(windows), dtype=np.bool_)
    for member, start, end in connection.execute(query).fetchall():
        missing = (ends >= np.datetime64(start)) & (starts < np.datetime64(end))
        by_member[member] = by_member.get(member, nobody) | missing
    rows = [
        np.logical_or.reduce([by_member.get(member, nobody) for member in members])
        if members else nobody
        for members in sets
    ]  # fmt: skip
    return np.array(rows, dtype=np.bool_).reshape(len(sets), len(windows))
