"""Archived files without the rows that are past their age, written beside the archive."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp

from metrics.importing import reading
from metrics.importing.relanding import Kept, shape_kept
from metrics.organisation import Organisation
from metrics.retention.facts import due
from metrics.warehouse import seal
from metrics.workspace import Workspace


def write_purged(
    facts: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    imports: Iterable[Kept],
    horizon: date,
    organisation: Organisation,
    aside: Path,
) -> int:
    """Write the archived files of these imports once more, without the rows that are past, into
    the folder `aside`; returns how many rows went. The archive itself stays as it is.

    `facts` is the draft before anything was deleted from it, after `find_due`. Rows that land
    nowhere go as well where the whole import came before the horizon. Source rows keep their
    numbers; what the file was is noted with it, so that landing it again tells the same.
    """
    gone = 0
    aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    for kept in imports:
        binding, about = shape_kept(facts, workspace, kept, organisation)
        path = workspace.archive / str(kept.archive)
        dataset = binding.dataset
        going = due(dataset.name, horizon, "shaped", binding.profile.tool)
        lands = exp.and_("problem is null", "skip is null")
        landing = exp.select("record").distinct().from_("shaped").where(lands)
        staying = landing.copy().where(exp.not_(going))
        old = kept.arrived_at.date() < horizon
        wanted = staying if old else exp.union(staying, _landing_nowhere(landing), distinct=False)
        found = facts.sql(wanted.sql("duckdb")).to_arrow_table().column(0)
        about.setdefault("read_as", reading.told_of(binding))
        about["before"] = _before(facts, kept.import_id, about) | {"since": str(horizon)}
        gone += _rewritten(path, aside / path.name, found, about)
    return gone


def _landing_nowhere(landing: exp.Select) -> exp.Select:
    """Records of which no row lands."""
    return (
        exp.select("record").from_("staged").where(exp.column("record").isin(query=landing).not_())
    )


def _before(
    facts: duckdb.DuckDBPyConnection, import_id: int, about: dict[str, Any]
) -> dict[str, Any]:
    """What the import spoke of, as its first landing noted it."""
    if "before" in about:
        known: dict[str, Any] = about["before"]
        return known
    row = (
        facts.execute(
            "select first_time, last_time, first_day, last_day from exports where import_id = ?",
            [import_id],
        ).fetchone()
        or (None,) * 4
    )
    streams = facts.execute(
        "select distinct stream from complete_lists where import_id = ? order by stream",
        [import_id],
    ).fetchall()
    return {
        "moments": [each.isoformat() if each else None for each in row[:2]],
        "days": [each.isoformat() if each else None for each in row[2:]],
        "streams": [stream for (stream,) in streams],
    }


def _rewritten(path: Path, target: Path, staying: pa.ChunkedArray, about: dict[str, Any]) -> int:
    gone = 0
    wanted = staying.combine_chunks()
    with pq.ParquetFile(path) as parquet:
        told = json.dumps(about, ensure_ascii=False).encode()
        schema = parquet.schema_arrow
        schema = schema.with_metadata((schema.metadata or {}) | {b"vigie": told})
        target.touch(mode=0o600)
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in parquet.iter_batches():
                record = batch.column(batch.schema.names.index("record"))
                kept = batch.filter(pc.is_in(record, value_set=wanted.cast(record.type)))
                gone += batch.num_rows - kept.num_rows
                writer.write_batch(kept.cast(schema))
    seal(target)
    return gone
