"""What docs/catalogue.md says to write is written here, word for word, and works."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from metrics.access import LOCAL_CPO
from metrics.catalogue import load_catalogue
from metrics.catalogue.kpi import Kind
from metrics.command import vigie
from metrics.query import query
from tests.small_workspace import SmallWorkspace, only

PAGE = Path("docs/catalogue.md").read_text("utf-8")
ENTRY, EXAMPLES, *_ = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
SQUADS = "squad,name\nnord,Nord\n"
DONE = [("Story", 1), ("Bug", 6), ("Bug", 7), ("Story", 7), ("Bug", 14), ("Story", 20)]
HEADER = (
    "Issue key,Summary,Status,Status Category,Issue Type,Project key,Created,Resolved,Updated\n"
)
ITEMS = HEADER + "".join(
    f"N-{number},Item {number},Done,Done,{kind},NORD,"
    f"{day}/Oct/26 9:00 AM,{day + 1}/Oct/26 9:00 AM,30/Oct/26 9:00 AM\n"
    for number, (kind, day) in enumerate(DONE, 1)
)
NAMES = "kind,source,alias,target\nsquad,*,NORD,nord\n"


def asked(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict:
    monkeypatch.setattr(sys, "argv", ["vigie", *arguments])
    result = CliRunner().invoke(vigie, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_one_entry_is_all_that_a_kpi_needs(tmp_path, monkeypatch):
    company = SmallWorkspace(tmp_path / "forge")
    with only("throughput"):
        done = company.import_files(
            {"squads.csv": SQUADS, "names.csv": NAMES, "Jira 2026-10-30.csv": ITEMS}
        )
    assert [report.status for report in done.files] == ["loaded"] * 3, done
    company.write("catalogue/own.yml", ENTRY + EXAMPLES)

    folder = ("--workspace", str(company.folder))
    figures = query(company.workspace, LOCAL_CPO, ["bugs_done"], by="squad")
    assert {figure.period: figure.value for figure in figures if figure.value} == {
        "2026-W41": 2,
        "2026-W42": 1,
    }
    assert asked(monkeypatch, "kpi", "test", "bugs_done", *folder)["ok"]
    assert asked(monkeypatch, "check", *folder)["ok"]
    shown = asked(monkeypatch, "kpi", "show", "bugs_done", *folder)
    assert {"en": "Jira issues", "fr": "Tickets Jira"} in shown["brought_by"]
    assert shown["to_import"] == []

    with only("bugs_done"):
        assert company.publish().status == "done"
    assert company.published("bugs_done")["2026-W41"] == 2


def test_every_kind_stands_in_the_table():
    table = PAGE[PAGE.index("## Kinds") : PAGE.index("## Models")]
    assert {kind for kind in Kind if f"`{kind}`" not in table} == set()


def test_what_a_kpi_shows_is_whole_in_both_languages(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_WORKSPACE", raising=False)
    for name in ("mrr", "nps", "members", "new_mrr", "retention_w4"):
        told = asked(monkeypatch, "kpi", "show", name)
        for key in ("decision", "in_words", "rolls_up_over_time", "rolls_up_over_scopes"):
            assert told[key]["en"] != told[key]["fr"], (name, key)
        assert told["to_import"] is None
        assert told["brought_by"] or not load_catalogue()[name].datasets
