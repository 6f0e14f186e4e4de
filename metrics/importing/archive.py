"""The upload, kept without personal data, so that a warehouse can be built again from it.

Only the columns that the profile reads are kept: a description or an assignee that no KPI needs
never reaches the disk. Identifiers are kept as their keyed hashes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import duckdb
from sqlglot import exp

from metrics.importing.binding import Binding
from metrics.importing.bound_cells import identifier_of
from metrics.importing.report import ImportOptions
from metrics.importing.source import Source
from metrics.importing.values import Reading


def keep(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    source: Source,
    binding: Binding,
    options: ImportOptions,
    observed_at: datetime,
    *,
    without: Collection[str] = (),
) -> str:
    """Write `<sha256>.parquet` into the folder and return its name.

    Columns are `record`, `line` and the staged cells; the Parquet metadata key `vigie` holds, as
    JSON, what landing it again needs: file, profile, headers per cell, options, observed_at.
    Fields of `without` are not kept.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{source.sha256}.parquet"
    cells: dict[str, exp.Expr] = {}
    headers: dict[str, str] = {}
    hashed = []
    joins: list[tuple[str, exp.Expr]] = []
    query = exp.select("s.record", "s.line")
    for bound in (field for field in binding.fields if field.name not in without):
        for cell in bound.cells:
            headers[cell] = binding.table.header[int(cell[1:])]
        if bound.column.read is Reading.HASH:
            hashed.append(bound.cells[0])
            key = exp.column("key", table=f"keys_{bound.name}")
            joins.append((f"keys_{bound.name}", identifier_of(binding.profile, bound, "s")))
            cells[bound.cells[0]] = exp.cast(key, "varchar")
        else:
            cells |= {cell: exp.column(cell, table="s") for cell in bound.cells}
    for question in binding.questions:
        cells[question.cell] = exp.column(question.cell, table="s")
        headers[question.cell] = question.header
    for other in binding.others:
        cells[other.cell] = exp.column(other.cell, table="s")
        headers[other.cell] = other.header
    query = query.select(*(value.as_(cell) for cell, value in cells.items())).from_(
        exp.to_table("staged").as_("s")
    )
    for keys, cell_text in joins:
        query = query.join(keys, on=exp.column("raw", table=keys).eq(cell_text), join_type="left")
    about = json.dumps(
        {
            "file": source.name,
            "profile": binding.profile.name,
            "headers": headers,
            "hashed": hashed,
            "product": options.product,
            "squad": options.squad,
            "observed_at": observed_at.isoformat(),
        },
        ensure_ascii=False,
    )
    unfinished = folder / f".{name}.{os.getpid()}"
    unfinished.touch(mode=0o600)
    target = exp.Literal.string(str(unfinished)).sql("duckdb")
    metadata = exp.Literal.string(about).sql("duckdb")
    connection.execute(
        f"copy ({query.sql('duckdb')}) to {target} "
        f"(format parquet, compression zstd, kv_metadata {{vigie: {metadata}}})"
    )
    unfinished.chmod(0o600)
    unfinished.replace(folder / name)
    return name
