"""Key results said on screen: a version beside those before, in figures and pages at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from metrics import key_results
from metrics.access import LOCAL_CPO, Role, Viewer
from metrics.errors import VigieError
from metrics.plans import PlannedResult, read_planned_results
from metrics.query import query
from metrics.register.ledger import history
from tests.small_workspace import SmallWorkspace

PRODUCTS = (
    "product,name,line,stage,launched,vision,north_star,signup_event,activation_event\n"
    "anvil,Anvil,,,,,,,\n"
)
#: As Notion writes them, with its own headers and periods.
NOTION = (
    "Key Result,Objective,Product,Owner,Quarter,Start,Target,Current,KPI,Due date,"
    "Last edited time\n"
    'Five partners,Grow,Anvil,A. B.,2026 Q1,0,5,2,,"March 31, 2026","March 1, 2026 8:30 AM"\n'
)
OWN = (
    "key_result,objective,product,period,start_value,target_value,current_value,kpi\n"
    "Calm support,Care,Anvil,2026 Q1,80,40,70,\n"
)
CHANGED, HOUR = datetime(2026, 3, 20, 9, 30), timedelta(hours=1)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SmallWorkspace:
    made = SmallWorkspace(tmp_path_factory.mktemp("said") / "forge")
    made.import_files(
        {"products.csv": PRODUCTS, "OKR.csv": NOTION, "key results.csv": OWN},
        observed_at=datetime(2026, 3, 1, 8, 30),
    )
    return made


def progress(company: SmallWorkspace) -> dict[str, float | None]:
    found = query(company.workspace, LOCAL_CPO, ["okr_progress"], by="product")
    return {figure.period: figure.value for figure in found if figure.value is not None}


def planned(company: SmallWorkspace, name: str) -> PlannedResult:
    with company.workspace.register.connect() as connection:
        found = read_planned_results(connection, LOCAL_CPO)
    return next(each for each in found if each.name == name)


@pytest.mark.parametrize(
    ("name", "source", "value", "before", "after"),
    [
        ("Five partners", "notion", 4.0, (2 / 5 + 10 / 40) / 2, (4 / 5 + 10 / 40) / 2),
        ("Calm support", "okr", 50.125, (2 / 5 + 10 / 40) / 2, (2 / 5 + 29.875 / 40) / 2),
    ],
)
def test_what_is_said_is_a_version_and_an_import_that_can_be_undone(
    company: SmallWorkspace, name: str, source: str, value: float, before: float, after: float
) -> None:
    held = key_results.said_result(company.workspace, LOCAL_CPO, planned(company, name))
    assert (held.source, held.name, held.end) == (source, name, date(2026, 3, 31))
    assert progress(company)["2026-02"] == pytest.approx(before)
    said = replace(held, current_value=value, objective="Grow calmly")
    first = replace(said, current_value=0.5, objective="Grow wildly")
    key_results.say(company.workspace, LOCAL_CPO, first, at=CHANGED - HOUR).wait()
    key_results.say(company.workspace, Viewer("c-morel", Role.CPO), said, at=CHANGED).wait()

    assert planned(company, name).typed == pytest.approx(value)
    assert planned(company, name).objective == "Grow calmly"
    values = progress(company)
    assert values["2026-02"] == pytest.approx(before)  # what was known then
    with company.workspace.register.connect() as connection:
        newest = history(connection)[0]
    assert (newest.created_by, newest.dataset) == ("c-morel", "key_results")
    again = key_results.said_result(company.workspace, LOCAL_CPO, planned(company, name))
    assert again == said

    company.undo(newest.id)
    assert planned(company, name).objective == "Grow wildly"


def test_a_key_result_is_said_first_on_screen(company: SmallWorkspace) -> None:
    new = key_results.new_result("anvil", date(2026, 1, 1), date(2026, 3, 31))
    said = replace(new, name="Two awards", target_value=2.0, current_value=1.0)
    key_results.say(company.workspace, LOCAL_CPO, said, at=CHANGED).wait()
    found = planned(company, "Two awards")
    assert (found.product, found.target_value, found.typed) == ("anvil", 2.0, 1.0)
    whole = key_results.new_result(None, date(2026, 1, 1), date(2026, 12, 31))
    key_results.say(
        company.workspace, LOCAL_CPO, replace(whole, name="An award", target_value=1.0), at=CHANGED
    ).wait()
    found = planned(company, "An award")
    assert (found.product, found.end) == (None, date(2026, 12, 31))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "needs words"),
        ({"target_value": 0.0}, "starts from"),
        ({"end": date(2026, 3, 12)}, "no month, quarter or year"),
        ({"source": "jira"}, "cannot be written here"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_written(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    company = SmallWorkspace(tmp_path / "forge")
    held = replace(
        key_results.new_result("anvil", date(2026, 1, 1), date(2026, 3, 31)),
        name="Five partners", target_value=5.0,
    )  # fmt: skip
    with pytest.raises(VigieError, match=said):
        key_results.say(company.workspace, LOCAL_CPO, replace(held, **changed))
