"""Times figures against hand-written SQL on the same warehouse, in one run.

    .venv/bin/python benchmarks/figures.py [--events 1000000 10000000 20000000] [--folder DIR]

For each size a workspace of the sample company is made the usual way, and kept in the folder. The
hand-written queries (`benchmarks/sql/`) read the canonical tables directly, at company and product
or squad level, in one grain; the table says how many of our closed figures they give as well. A
publication computes every KPI for every scope in every grain.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.written import names, written  # noqa: E402
from metrics import warehouse  # noqa: E402
from metrics.access import LOCAL_CPO  # noqa: E402
from metrics.calendar import Grain  # noqa: E402
from metrics.edition import compute_all  # noqa: E402
from metrics.engines import open_facts  # noqa: E402
from metrics.errors import Mistake  # noqa: E402
from metrics.pages.review import weekly_review  # noqa: E402
from metrics.query import Question, figures_of, setting_of  # noqa: E402
from metrics.setting import Setting  # noqa: E402
from metrics.workspace import Workspace  # noqa: E402

APP = HERE.parent / "dashboard" / "app.py"
PAGE = f"""
import time
from streamlit.testing.v1 import AppTest
for _ in range(2):
    begun = time.perf_counter()
    app = AppTest.from_file({str(APP)!r}, default_timeout=120).run()
    assert not app.exception
    print(time.perf_counter() - begun)
"""


def seconds(work: Callable[[], object], runs: int) -> float:
    """The median time of `runs` calls."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def made(folder: Path, events: int) -> Workspace:
    """The sample company's workspace at this size; kept when it is there already."""
    if not (folder / "vigie.toml").exists():
        begun = time.perf_counter()
        subprocess.run(
            [Path(sys.executable).with_name("vigie"), "init", folder, "--sample", "--events",
             str(events)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        print(f"made in {time.perf_counter() - begun:.0f} s: sample, import, publication")
    return Workspace.open(folder)


def page_seconds(workspace: Workspace) -> tuple[float, float]:
    """Server time of the review page in a fresh process: the first run and the next."""
    printed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PAGE],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"VIGIE_WORKSPACE": str(workspace.path)},
    ).stdout.split()
    return float(printed[-2]), float(printed[-1])


def computed(facts: duckdb.DuckDBPyConnection, setting: Setting) -> int:
    """How many figures a publication of everything holds; a definition that fails stops it."""
    rows = 0
    for part in compute_all(facts, setting):
        if isinstance(part, Mistake):
            raise SystemExit(f"{part.place}: {part.message}")
        rows += len(part)
    return rows


@dataclass(frozen=True)
class Agreement:
    """How many of our closed figures a hand-written query gives as well, and the others: scope,
    period, our value, theirs."""

    compared: int
    otherwise: tuple[tuple[str, str, float, float | None], ...]

    def __str__(self) -> str:
        return f"{self.compared - len(self.otherwise)} of {self.compared}"


def agreement(facts: duckdb.DuckDBPyConnection, setting: Setting, name: str) -> Agreement | None:
    """Our closed figures beside those of the hand-written query; None where it has another grain.

    Its columns are a product, a squad or an owner (null for the company), a period's first or last
    day, named by the grain, and a value. Figures of 0 are left out: a query has no row where
    nothing happened. Owners in a role that the query never tells of are left out as well.
    """
    cursor = facts.execute(written(name))
    member, period, *_ = [column[0] for column in cursor.description or ()]
    grain = period.partition("_")[0]
    if grain not in setting.catalogue[name].grains:
        return None
    told = {
        (key or "", day.date() if hasattr(day, "date") else day): value
        for key, day, value in cursor.fetchall()
    }
    roles = {_role(key) for key, _ in told} | {""}
    ours = [
        figure
        for by in ("company", member)
        for figure in figures_of(facts, setting, LOCAL_CPO, Question((name,), by, Grain(grain)))
        if figure.closed and figure.value and _role(figure.scope.key) in roles
    ]
    otherwise = []
    for figure in ours:
        key = figure.scope.key
        theirs = told.get((key, figure.start), told.get((key, figure.end)))
        if theirs is None or not math.isclose(figure.value or 0, float(theirs), rel_tol=1e-6):
            otherwise.append((key, figure.period, figure.value or 0.0, theirs))
    return Agreement(len(ours), tuple(otherwise))


def _role(key: str) -> str:
    """The role in the key of an owner; of any other scope nothing."""
    return key.rpartition(":")[0]


def measure(workspace: Workspace, runs: int) -> None:
    path = warehouse.current_path(workspace)
    assert path is not None
    setting = setting_of(workspace)
    with open_facts(path) as facts:
        count = facts.execute("select count(*) from events").fetchall()[0][0]
        print(f"\n{count:,} events\n")

        def by_hand(name: str) -> Callable[[], object]:
            query = written(name)
            return lambda: facts.execute(query).fetchall()

        def asked(name: str) -> Callable[[], object]:
            return lambda: [
                figures_of(facts, setting, LOCAL_CPO, Question((name,), by, shortest(name)))
                for by in ("company", setting.catalogue[name].member)
            ]

        def shortest(name: str) -> Grain:
            kpi = setting.catalogue[name]
            return Grain.WEEK if Grain.WEEK in kpi.grains else kpi.cadence

        print("| | Vigie, s | hand-written, s | ratio | same figures |\n|---|---|---|---|---|")
        total = 0.0
        for name in names():
            theirs = seconds(by_hand(name), runs)
            total += theirs
            if name in setting.catalogue:
                ours = seconds(asked(name), runs)
                print(
                    f"| {name} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.2f} "
                    f"| {agreement(facts, setting, name) or 'not compared'} |"
                )
        whole = seconds(lambda: computed(facts, setting), 1)
        print(
            f"| every figure of a publication ({len(setting.catalogue)} KPIs, all scopes and "
            f"grains), against the {len(names())} hand-written queries "
            f"| {whole:.2f} | {total:.2f} | {whole / total:.2f} | |"
        )
    reading = seconds(lambda: weekly_review(workspace, LOCAL_CPO), 5)
    first, following = page_seconds(workspace)
    print(f"\nreview page: facts {reading:.3f} s, first run {first:.2f} s, next {following:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory of this process {peak:.1f} GB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--events", type=int, nargs="+", default=[1_000_000, 10_000_000, 20_000_000]
    )
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "vigie-bench")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    for events in options.events:
        measure(made(options.folder / str(events), events), options.runs)


if __name__ == "__main__":
    main()
