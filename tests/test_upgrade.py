"""A workspace that an earlier program left: the present one prepares it anew when it serves it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from metrics import upgrade, warehouse
from metrics.access import LOCAL_CPO
from metrics.engines import open_facts
from metrics.query import query
from metrics.register.restatements import read_restatements
from tests.small_workspace import SmallWorkspace, only

FILES = {
    "products.csv": "product,name\natelier,Atelier\n",
    "observations.csv": "metric,period,scope,value\nvisits,2026-06,atelier,12\n",
}
VISITS = """family: growth
kpis:
  - name: visits
    label: {en: Visits, fr: Visites}
    meaning: {en: Visits of the site, fr: Visites du site}
    kind: flow
    cadence: month
    owner_role: PM
    model: observed_figures
    expression: value
    filter: metric = 'visits'
"""


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    with only("signups", "visits"):
        yield


def test_what_an_earlier_program_prepared_is_prepared_anew_once(tmp_path: Path) -> None:
    company = SmallWorkspace(tmp_path / "forge")
    company.write("catalogue/own.yml", VISITS)
    assert company.import_files(FILES).status == "done"
    assert upgrade.upgrade(company.workspace, threading.Event()) is None
    path = warehouse.current_path(company.workspace)
    assert path is not None
    before = query(company.workspace, LOCAL_CPO, ["signups"])
    with open_facts(path, read_only=False) as facts:
        facts.execute("delete from schema_version where version = 21")
        facts.execute("drop view observations")
        facts.execute("update landed_observations set value = 13")  # read otherwise by now
    assert upgrade.is_due(company.workspace)
    outcome = upgrade.upgrade(company.workspace, threading.Event())
    assert outcome is not None
    assert outcome.status == "done"
    assert not upgrade.is_due(company.workspace)
    assert warehouse.current_path(company.workspace) != path
    assert query(company.workspace, LOCAL_CPO, ["signups"]) == before
    with company.workspace.register.connect() as register:
        told = read_restatements(register, LOCAL_CPO, kpis=["visits"])
    assert {(each.old, each.new, each.cause, each.cause_detail) for each in told} == {
        (12.0, 13.0, "upgrade", f"Vigie {version('vigie')}")
    }
