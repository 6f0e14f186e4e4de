"""A large CSV of events through the whole import, beside DuckDB's and pandas' bare reading of it.

    .venv/bin/python benchmarks/imports.py [--megabytes 1000] [--folder DIR]

One file of events of a product tool is made (kept in DIR when given, and used again). Then, each in
a process of its own and one after the other: DuckDB reads it into a table of an empty file, types
guessed; pandas reads it whole; pandas does by hand what the import does to the rows, without its
checks; and Vigie lands it on a draft warehouse: encoding and dialect found, recognised, every cell
typed, identifiers hashed, days localised, every row accounted for, the cleaned upload archived,
slices and coverage told, committed. Told are seconds on the clock and of processors, megabytes a
second, and the peak of memory that a process held; and the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

EVENTS = ("Session start", "Search", "Export", "Share", "Sign up", "Invite", "Comment")
PRODUCTS = ("Atelier", "Sillon", "Faro", "Comptoir")
HEADER = "Event Name,Time,Distinct ID,Product,Account ID,Feature,Session ID,Platform,Country,Plan\n"
USERS, DAYS = 200_000, 400


def make(path: Path, megabytes: int) -> None:
    """Write the file: rows in the order of time, as tools export them."""
    rng = random.Random(7)
    wanted, written = megabytes * 1_000_000, len(HEADER)
    rows = wanted // 120
    begun, step = datetime(2025, 9, 1), timedelta(days=DAYS) / rows
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        number = 0
        while written < wanted:
            lines = []
            for _ in range(20_000):
                user = rng.randrange(USERS)
                moment = begun + step * number
                number += 1
                lines.append(
                    f"{EVENTS[number % 7]},{moment:%Y-%m-%d %H:%M:%S},user-{user:06d}@example.com,"
                    f"{PRODUCTS[user % 4]},account-{user // 20:05d},feature {number % 23},"
                    f"s{number // 5:09d},{('web', 'ios', 'android')[user % 3]},"
                    f"{('FR', 'DE', 'ES', 'GB', 'BE')[user % 5]},{('free', 'pro')[user % 2]}\n"
                )
            text = "".join(lines)
            file.write(text)
            written += len(text)


def with_duckdb(path: Path, folder: Path) -> int:
    import duckdb

    with duckdb.connect(str(folder / "bare.duckdb")) as connection:
        connection.execute("create table events as select * from read_csv(?)", [str(path)])
        return int(connection.execute("select count(*) from events").fetchall()[0][0])


def with_pandas(path: Path, folder: Path) -> int:
    import pandas as pd

    return len(pd.read_csv(path))


def with_pandas_alike(path: Path, folder: Path) -> int:
    """What the import does, by hand and without its checks: identifiers hashed with a key, what was
    read then kept as Parquet, texts trimmed, moments put on the company's clock, rows counted by
    product and day, and all of that written too."""
    import hashlib

    import pandas as pd

    table = pd.read_csv(path, dtype="str")
    for name in ("Distinct ID", "Account ID"):
        codes, texts = pd.factorize(table[name])
        keys = [hashlib.sha256(b"key" + str(text).encode()).digest()[:8] for text in texts]
        hashed = pd.array([int.from_bytes(key, signed=True) for key in keys], dtype="int64")
        table[name] = hashed.take(codes)
    table.to_parquet(folder / "archive.parquet", compression="zstd")
    local = pd.to_datetime(table["Time"], format="%Y-%m-%d %H:%M:%S")
    there = local.dt.tz_localize("Europe/Paris", ambiguous="NaT", nonexistent="shift_forward")
    table["Time"] = there.dt.tz_convert("UTC").dt.tz_localize(None)
    table["Day"] = local.dt.normalize()
    for name in ("Event Name", "Product", "Feature", "Session ID", "Platform", "Country", "Plan"):
        table[name] = table[name].str.strip()
    counted = table.groupby(["Product", "Day"]).size()
    table.to_parquet(folder / "events.parquet", compression="zstd")
    return int(counted.sum())


def with_vigie(path: Path, folder: Path) -> int:
    from metrics import warehouse
    from metrics.command.init import lay_out
    from metrics.engines import open_facts
    from metrics.importing import land
    from metrics.importing.report import ImportOptions
    from metrics.organisation import Organisation, Product

    workspace = lay_out(folder / "company", "Company")
    draft = warehouse.draft(workspace, 0)
    organisation = Organisation(products=[Product(name.lower(), name) for name in PRODUCTS])
    begun = time.perf_counter()

    def say(stage: str, done: float) -> None:
        print(f"{time.perf_counter() - begun:7.1f} s  {stage} {done:.0%}", file=sys.stderr)

    with open_facts(draft, read_only=False) as connection:
        landed = land(
            connection, workspace, path, 1, ImportOptions(), organisation,
            lambda *_: (), lambda *_: None, say,
        )  # fmt: skip
    rows = landed.report.rows
    assert landed.report.status == "loaded", landed.report.problems
    assert rows.balanced
    assert rows.read == rows.loaded
    return rows.loaded


WAYS: dict[str, Callable[[Path, Path], int]] = {
    "duckdb": with_duckdb, "pandas": with_pandas, "pandas, same work": with_pandas_alike,
    "vigie": with_vigie,
}  # fmt: skip


def measured(way: str, path: Path) -> dict[str, Any]:
    """What one way takes, in a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, "--way", way, str(path)],
        stdout=subprocess.PIPE, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


def one_way(way: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-", dir=path.parent) as folder:
        before, begun = time.process_time(), time.perf_counter()
        rows = WAYS[way](path, Path(folder))
        seconds, cpu = time.perf_counter() - begun, time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"way": way, "rows": rows, "seconds": seconds, "cpu": cpu, "peak": peak}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--way", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        one_way(asked.way[0], Path(asked.way[1]))
        return
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as scratch:
        folder = asked.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"Mixpanel events {asked.megabytes} MB.csv"
        if not path.exists():
            make(path, asked.megabytes)
        size = path.stat().st_size / 1e6
        found = {way: measured(way, path) for way in WAYS}
    print(f"{'':18} {'rows':>11} {'clock, s':>9} {'cpu, s':>8} {'MB/s':>7} {'peak, GiB':>10}")
    for way, each in found.items():
        print(
            f"{way:18} {each['rows']:>11,} {each['seconds']:>9.1f} {each['cpu']:>8.1f} "
            f"{size / each['seconds']:>7.1f} {each['peak']:>10.2f}"
        )
    for way in ("duckdb", "pandas", "pandas, same work"):
        ours, theirs = found["vigie"], found[way]
        print(
            f"vigie's throughput is {theirs['seconds'] / ours['seconds']:.2f} × {way}'s on the "
            f"clock, {theirs['cpu'] / ours['cpu']:.2f} × by processor time"
        )


if __name__ == "__main__":
    main()
