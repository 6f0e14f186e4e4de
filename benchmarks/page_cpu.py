"""Tells what each page costs the server in processor time, which what else runs does not change.

    .venv/bin/python benchmarks/page_cpu.py WORKSPACE [WORKSPACE] [--times 3]

For each page, in seconds of the script's thread, the least of so many runs: when nothing is kept
from earlier readers, and when the answers are. Of two workspaces, such as those of a small and a
large company, the ratios are told. Explore asks the warehouse and is left out.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).parents[1]))

from dashboard import session
from dashboard.kept import answer
from tests.browser.pages import PAGES

HOME = "review"
ASKS_THE_WAREHOUSE = ("explore",)
SCRIPT = "from dashboard import app\napp.main({home!r})"


def seconds(workspace: Path, path: str, *, kept: bool) -> float:
    """Processor seconds of one run of a page; raises RuntimeError when it ends in an exception."""
    address = urlsplit(path)
    os.environ[session.WORKSPACE_VARIABLE] = str(workspace)
    if not kept:
        answer.clear()
    page = AppTest.from_string(
        SCRIPT.format(home=address.path.strip("/") or HOME), default_timeout=300
    )
    for name, value in parse_qsl(address.query):
        page.query_params[name] = value
    spent = []
    run = ScriptRunner._run_script

    def timed(runner: ScriptRunner, *args: Any) -> Any:
        begun = time.thread_time()
        try:
            return run(runner, *args)
        finally:
            spent.append(time.thread_time() - begun)

    with patch.object(ScriptRunner, "_run_script", timed):
        page.run()
    if page.exception:
        raise RuntimeError(f"{path}: {page.exception[0].message}")
    return sum(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("workspaces", nargs="+", type=Path)
    parser.add_argument("--times", type=int, default=3)
    chosen = parser.parse_args()
    print("| page | nothing kept | last / first | answers kept | last / first |")
    print("|---|---|---|---|---|")
    for name, path in PAGES.items():
        if name in ASKS_THE_WAREHOUSE:
            continue
        for workspace in chosen.workspaces:  # imports and caches that all later runs share
            seconds(workspace, path, kept=False)
        cells = []
        for kept in (False, True):
            found = [
                [seconds(workspace, path, kept=kept) for workspace in chosen.workspaces]
                for _ in range(chosen.times)
            ]
            least = [min(each) for each in zip(*found, strict=True)]
            cells += [" / ".join(f"{each:.3f}" for each in least), f"{least[-1] / least[0]:.2f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
