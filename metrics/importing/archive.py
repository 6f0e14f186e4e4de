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

from metrics.importing.account_links import links_of
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
    import_id: int,
    *,
    origin: str | None = None,
    texts: Collection[str] = (),
    aged: bool = False,
) -> str:
    """Write `<import>-<sha256>.parquet` into the folder and return its name.

    Columns are `record`, `line` and the staged cells; the Parquet metadata key `vigie` holds, as
    JSON, what landing it again needs: file, profile, headers per cell, options, observed_at.
    Where some are `aged`, rows past their age are left out. Of `texts`, fields in which people say
    something, only those of rows that may keep them are kept. Two columns more
    then hold what is made of texts: `themes`, and the row's `own_id`.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{import_id}-{source.sha256}.parquet"
    cells: dict[str, exp.Expr] = {}
    headers: dict[str, str] = {}
    hashed = []
    joins: list[tuple[str, exp.Expr]] = []
    query = exp.select("s.record", "s.line")
    for bound in binding.fields:
        for cell in bound.cells:
            headers[cell] = binding.table.header[int(cell[1:])]
        if bound.column.read is Reading.HASH:
            hashed.append(bound.cells[0])
            cells[bound.cells[0]] = exp.column("key", table=f"keys_{bound.name}")
            joins.append((f"keys_{bound.name}", identifier_of(binding.profile, bound, "s")))
        elif bound.name in texts:
            kept = exp.column("has_text", table="found")
            cells |= {
                cell: exp.Case(ifs=[exp.If(this=kept.copy(), true=exp.column(cell, table="s"))])
                for cell in bound.cells
            }
        else:
            cells |= {cell: exp.column(cell, table="s") for cell in bound.cells}
    for question in binding.questions:
        cells[question.cell] = exp.column(question.cell, table="s")
        headers[question.cell] = binding.table.header[int(question.cell[1:])]
    for other in binding.others:
        cells[other.cell] = exp.column(other.cell, table="s")
        headers[other.cell] = other.header
    query = query.select(*(value.as_(cell) for cell, value in cells.items())).from_(
        exp.to_table("staged").as_("s")
    )
    if aged:
        past = exp.select("record").from_("shaped").where("skip = 'beyond_age'")
        query = query.where(exp.column("record", table="s").isin(query=past).not_())
    for keys, cell_text in joins:
        query = query.join(keys, on=exp.column("raw", table=keys).eq(cell_text), join_type="left")
    if texts:
        query = query.select("found.themes", "found.own_id")
        query = query.join(_found(binding), on="found.record = s.record", join_type="left")
    about = json.dumps(
        {
            "file": source.name,
            "profile": binding.profile.name,
            "headers": headers,
            "constants": binding.profile.constants,
            "hashed": hashed,
            "origin": origin,
            "product": options.product,
            "squad": options.squad,
            "observed_at": observed_at.isoformat(),
            "account_links": links_of(connection, import_id),
        },
        ensure_ascii=False,
    )
    unfinished = folder / f".{name}.{os.getpid()}"
    unfinished.touch(mode=0o600)
    target = exp.Literal.string(str(unfinished)).sql("duckdb")
    metadata = exp.Literal.string(about).sql("duckdb")
    connection.execute(
        f"copy ({query.sql('duckdb')}) to {target} "
        "(format parquet, parquet_version v2, compression zstd, compression_level 1, "
        f"kv_metadata {{vigie: {metadata}}})"
    )
    unfinished.chmod(0o600)
    unfinished.replace(folder / name)
    return name


def _found(binding: Binding) -> exp.Subquery:
    """Per record: whether its text is kept, the themes of it, and the row's own identifier."""
    text, own_id = binding.dataset.text, binding.dataset.key[0]
    return (
        exp.select(
            "record",
            exp.func("bool_or", exp.column(text).is_(exp.null()).not_()).as_("has_text"),
            exp.func("any_value", exp.column("themes")).as_("themes"),
            exp.func("any_value", exp.column(own_id)).as_("own_id"),
        )
        .from_("shaped")
        .group_by("record")
        .subquery("found")
    )
