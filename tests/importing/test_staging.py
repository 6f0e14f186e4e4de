"""The exact and the fast reader give the same records, or the fast one declines."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.importing.dialect import Dialect
from metrics.importing.source import open_source
from metrics.importing.staging import Table, stage_exact, stage_fast

CELLS = st.text(alphabet=st.sampled_from("ab1 ,;\"\n'é\t"), max_size=5)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8)


def _records(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute(
        "select record, line, coalesce(c0, ''), coalesce(c1, ''), coalesce(c2, '') "
        "from staged order by record"
    ).fetchall()


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), stray=CELLS)
def test_readers_agree(rows: list[list[str]], quoting: int, stray: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerow(["x", "y", "z"])
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_text(text.getvalue() + stray, "utf-8", newline="")
        with open_source(path) as source, duckdb.connect() as exact, duckdb.connect() as fast:
            table = Table(Dialect(","), ("x", "y", "z"), 1)
            slow = stage_exact(exact, source.text, table)
            assert slow.read == len(_records(exact)) + len(slow.skipped) + len(slow.broken)
            quick = stage_fast(fast, source, table) if source.plain else None
            if quick is not None:
                assert quick.read == slow.read
                assert not slow.skipped + slow.broken
                assert _records(fast) == _records(exact)


def test_the_fast_reader_takes_a_plain_file_and_declines_a_ragged_one(tmp_path: Path) -> None:
    table = Table(Dialect(","), ("x", "y"), 1)
    for body, taken in (("1,2\n" * 50, True), ("1,2\n1,2,3\n", False), ("1,2\n\n1,2\n", False),
                        ("1,2\nx,y\n", False), ('1,"a\nb"\n', False)):  # fmt: skip
        path = tmp_path / "file.csv"
        path.write_text("x,y\n" + body)
        with open_source(path) as source, duckdb.connect() as connection:
            assert (stage_fast(connection, source, table) is not None) == taken
