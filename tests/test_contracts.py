"""What holds the structure: import contracts, and one way in to each database."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_import_contracts_hold():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_one_module_opens_databases():
    opening = re.compile(r"duckdb\.connect\(|create_engine\(|sqlite3\.connect\(")
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("metrics", "dashboard", "sample_data")
        for path in (ROOT / folder).rglob("*.py")
        if opening.search(path.read_text("utf-8"))
    }
    assert found == {"metrics/engines.py"}


def test_pages_hold_no_sql_and_no_html():
    sql = re.compile(r"\bselect\b.+\bfrom\b|unsafe_allow_html", re.IGNORECASE)
    for path in (ROOT / "dashboard").rglob("*.py"):
        assert not sql.search(path.read_text("utf-8")), path
