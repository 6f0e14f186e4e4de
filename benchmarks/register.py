"""Times how long a decision waits while a publication is written, in one run.

    .venv/bin/python benchmarks/register.py [--rows 300000]

A person decides every 20 ms while figures of 40 made-up KPIs are written to a new register.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from metrics.access import LOCAL_CPO
from metrics.engines import open_register
from metrics.publish import Cause, publish
from metrics.register import migrate
from metrics.register.decisions import decide
from metrics.register.leases import take
from metrics.result import Scope

KPIS = 40
DAYS = 728


def frames(rows: int) -> Iterator[pd.DataFrame]:
    """`rows` daily figures over 40 KPIs, as a computation gives them."""
    days = np.datetime64("2024-11-18") + np.arange(DAYS)
    draws = np.random.default_rng(1)
    index = np.arange(rows // KPIS)
    for kpi in range(KPIS):
        yield pd.DataFrame(
            {
                "kpi": f"kpi_{kpi}", "definition": "d1", "scope_kind": "product",
                "scope": np.char.add("s", (index // DAYS).astype(str)), "grain": "day",
                "dimension": "", "member": "", "start": days[index % DAYS],
                "end": days[index % DAYS], "period": "", "value": draws.random(len(index)),
                "numerator": np.nan, "denominator": np.nan, "n": np.nan, "low": np.nan,
                "high": np.nan, "closed": True, "reason": None, "members": "m1",
            }
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    rows = parser.parse_args().rows
    waits: list[float] = []
    over = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        register = open_register(f"sqlite:///{Path(folder) / 'register.sqlite'}")
        migrate(register)

        def decide_often() -> None:
            while not over.is_set():
                begun = time.perf_counter()
                with register.begin() as connection:
                    decide(connection, LOCAL_CPO, kpi="mrr", scope=Scope("company", ""), what="-")
                waits.append(time.perf_counter() - begun)
                time.sleep(0.02)

        person = threading.Thread(target=decide_often)
        with take(register, "publisher") as lease:
            person.start()
            begun = time.perf_counter()
            publish(
                register, lease, frames(rows), warehouse_version=1, cause=Cause("import", "1"),
                by="benchmark", settling_days=3, today=date(2026, 11, 20),
            )  # fmt: skip
            taken = time.perf_counter() - begun
        over.set()
        person.join()
        register.dispose()
    print(f"{rows:,} figures written in {taken:.1f} s")
    print(
        f"{len(waits)} decisions: median wait {np.median(waits) * 1000:.1f} ms, "
        f"99th percentile {np.percentile(waits, 99) * 1000:.0f} ms, longest {max(waits):.2f} s"
    )


if __name__ == "__main__":
    main()
