"""`vigie journey` on a small workspace whose events the test knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from metrics import jobs
from metrics.command import vigie
from metrics.command.init import lay_out

EVENTS = """Event Name,Time,Distinct ID,Product,Country
Open,2026-03-02 09:00,ann,Shop,FR
Cart,2026-03-02 10:00,ann,Shop,FR
Pay,2026-03-03 10:00,ann,Shop,FR
Open,2026-03-03 09:00,bob,Shop,DE
Open,2026-03-10 09:00,ann,Shop,FR
Open,2026-03-17 09:00,bob,Shop,DE
Open,2026-03-29 23:00,cat,Shop,DE
"""
PRODUCTS = "product,name,funnel_steps\nshop,Shop,Open;Cart;Pay\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("journey")
    lay_out(root / "w", "Shop").register.dispose()
    (root / "products.csv").write_text(PRODUCTS)
    (root / "Mixpanel events 2026-04-02.csv").write_text(EVENTS)
    files = (str(root / "products.csv"), str(root / "Mixpanel events 2026-04-02.csv"))
    outcome = jobs.run(jobs.Job("import", str(root / "w"), "test", files))
    assert {report.status for report in outcome.files} == {"loaded"}, outcome
    return root / "w"


def asked(folder: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    line = ["journey", *arguments, "--workspace", str(folder), "--json"]
    result = CliRunner().invoke(vigie, line)
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout) if not code else {}
    return found


def test_a_declared_funnel_and_one_asked_for_agree(folder: Path) -> None:
    declared = asked(folder, "funnel", "--scope", "product:shop")
    steps = [part for name in ("Open", "Cart", "Pay") for part in ("--step", name)]
    live = asked(folder, "funnel", *steps)
    assert declared["rows"] == live["rows"]
    assert [row["units"] for row in live["rows"]] == [3, 1, 1]
    assert [row["mean_seconds"] for row in live["rows"]] == [None, 3600, 86_400]


def test_a_funnel_with_conditions_windows_and_exclusions(folder: Path) -> None:
    short = asked(folder, "funnel", "--step", "Open", "--step", "Pay", "--within", "24h")
    assert [row["units"] for row in short["rows"]] == [3, 0]
    void = asked(folder, "funnel", "--step", "Open;country=FR", "--step", "Pay",
                 "--exclude", "Cart@1-2")  # fmt: skip
    assert [row["units"] for row in void["rows"]] == [1, 0]
    by = asked(folder, "funnel", "--step", "*", "--step", "*", "--by", "country")
    assert [(row["value"], row["units"]) for row in by["rows"]] == [
        ("DE", 2), ("DE", 1), ("FR", 1), ("FR", 1)]  # fmt: skip


def test_retention_lifecycle_stickiness_and_active(folder: Path) -> None:
    grid = asked(folder, "retention", "--intervals", "4", "--to", "2026-03-29")
    assert [row["units"] for row in grid["rows"]] == [[2, 1, 1, 0], [0, 0, 0], [0, 0], [1]]
    cycle = asked(folder, "lifecycle", "--from", "2026-03-09", "--to", "2026-03-29")
    assert [row["returning"] for row in cycle["rows"]] == [1, 0, 0]
    assert [row["dormant"] for row in cycle["rows"]] == [-1, -1, -1]
    often = asked(folder, "stickiness", "--from", "2026-03-02", "--to", "2026-03-08")
    assert [row["units"] for row in often["rows"]][:3] == [1, 1, 0]
    active = asked(folder, "active", "--from", "2026-03-08", "--to", "2026-03-08", "--window", "7")
    assert [row["units"] for row in active["rows"]] == [2]


@pytest.mark.parametrize(
    "arguments",
    [
        ("funnel",),
        ("funnel", "--step", "Open"),
        ("funnel", "--step", "Open", "--step", "Pay", "--within", "soon"),
        ("funnel", "--step", "Open;colour=red", "--step", "Pay"),
        ("funnel", "--step", "Open", "--step", "Pay", "--exclude", "Cart"),
        ("lifecycle", "--from", "2026-03-09", "--scope", "planet:earth"),
        ("lifecycle", "--from", "2026-03-09", "--where", "country"),
    ],
)
def test_what_was_not_understood_exits_with_2(folder: Path, arguments: tuple[str, ...]) -> None:
    asked(folder, *arguments, code=2)


def test_people_read_a_table(folder: Path) -> None:
    result = CliRunner().invoke(
        vigie, ["journey", "retention", "--intervals", "2", "--workspace", str(folder)]
    )
    assert "cohort" in result.output
    assert result.exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("journey", "funnel", "--step", "Open", "--within", "99999999999d"),
        ("journey", "retention", "--to", "0001-01-01"),
        ("journey", "retention", "--step", "hour", "--intervals", "100000"),
        ("journey", "lifecycle", "--from", "9999-12-31"),
        ("journey", "active", "--from", "2026-03-01", "--window", "99999999"),
        ("baseline", "set", "mrr", "--since", "9999-12-31"),
        ("import", "products.csv", "--observed-at", "0001-01-01"),
        ("undo", "99999999999999999999"),
        ("token", "revoke", "99999999999999999999"),
    ],
)
def test_what_no_company_can_mean_is_refused_in_words(folder, arguments):
    done = CliRunner().invoke(vigie, [*arguments, "--workspace", str(folder)])
    assert (done.exit_code, type(done.exception)) == (2, SystemExit)
    assert "Traceback" not in done.output
