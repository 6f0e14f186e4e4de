"""A person taken out of archived files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from metrics.erasure.person import GONE, Person
from metrics.importing.header import comparable
from metrics.importing.profile import Profile
from metrics.warehouse import seal


def write_cleaned(folder: Path, aside: Path, person: Person, profiles: Sequence[Profile]) -> int:
    """Write every archived file that holds the person's rows once more, without them, into the
    folder `aside`; returns how many rows those were. The archive itself stays as it is.

    Source rows keep their numbers.
    """
    gone = 0
    aside.mkdir(parents=True, mode=0o700)
    for file in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(file) as parquet:
            schema = parquet.schema_arrow
            about = json.loads((schema.metadata or {}).get(b"vigie", b"{}"))
            told = _without(about, person)
            links = [link for link in about.get("account_links", ()) if not person.keys & {*link}]
            told = told | {"account_links": links} if "account_links" in about else told
            named = told != about
            if named:
                told_again = json.dumps(told, ensure_ascii=False).encode()
                schema = schema.with_metadata((schema.metadata or {}) | {b"vigie": told_again})
            places = _Places.of(about, profiles)
            if not named and all(
                _cleaned(batch, places, person).equals(batch) for batch in parquet.iter_batches()
            ):
                continue
            cleaned = aside / file.name
            cleaned.touch(mode=0o600)
            with pq.ParquetWriter(cleaned, schema, compression="zstd") as writer:
                for batch in parquet.iter_batches():
                    kept = _cleaned(batch, places, person)
                    gone += batch.num_rows - kept.num_rows
                    writer.write_batch(kept.cast(schema) if named else kept)
        seal(cleaned)
    return gone


def _without(about: Any, person: Person) -> Any:
    """What an archived file says about itself, such as its name, without the person's."""
    match about:
        case str():
            return person.without(about)
        case dict():
            return {key: _without(each, person) for key, each in about.items()}
        case list():
            return [_without(each, person) for each in about]
    return about


def count_in_archive(folder: Path, person: Person, profiles: Sequence[Profile]) -> int:
    """How many rows `write_cleaned` would leave out."""
    gone = 0
    for file in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(file) as parquet:
            about = json.loads((parquet.schema_arrow.metadata or {}).get(b"vigie", b"{}"))
            places = _Places.of(about, profiles)
            for batch in parquet.iter_batches():
                gone += batch.num_rows - _cleaned(batch, places, person).num_rows
    return gone


@dataclass(frozen=True)
class _Places:
    """Cells of an archived file: keys of people, their names, and names of who answers for it."""

    keys: frozenset[str]
    people: frozenset[str]
    owners: frozenset[str]

    @classmethod
    def of(cls, about: Mapping[str, Any], profiles: Sequence[Profile]) -> _Places:
        headers = {cell: comparable(header) for cell, header in about.get("headers", {}).items()}
        profile = next((each for each in profiles if each.name == about.get("profile")), None)
        columns = profile.columns if profile else {}
        of_names = ("alias", "target") if profile and profile.dataset == "names" else ()

        def cells(*fields: str) -> frozenset[str]:
            wanted = {
                header for field in fields if field in columns
                for header in columns[field].comparable_headers
            }  # fmt: skip
            return frozenset(cell for cell, header in headers.items() if header in wanted)

        return cls(
            frozenset(about.get("hashed", ())), cells("person", "email", *of_names), cells("owner")
        )


def _cleaned(batch: pa.RecordBatch, places: _Places, person: Person) -> pa.RecordBatch:
    """The rows of others, without the person's name in their texts."""
    keys = pa.array([str(key) for key in person.keys], pa.string())  # as old archives hold them
    words = pa.array(sorted(person.words), pa.string())
    theirs = pa.array([False] * batch.num_rows, pa.bool_())
    columns = []
    for name in batch.schema.names:
        column = batch.column(name)
        if name in places.keys:
            told = pc.is_in(column, value_set=keys.cast(column.type))
            theirs = pc.or_(theirs, pc.fill_null(told, False))
        elif pa.types.is_string(column.type):
            told = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(column)), value_set=words)
            if name in places.people:
                theirs = pc.or_(theirs, pc.fill_null(told, False))
            if name in places.owners:
                column = pc.if_else(told, pa.scalar(None, pa.string()), column)
            if person.pattern:
                column = pc.replace_substring_regex(
                    column, pattern=person.pattern, replacement=GONE
                )
        columns.append(column)
    return pa.record_batch(columns, schema=batch.schema).filter(pc.invert(theirs))
