"""Models that are kept as tables, and warehouses that keep none, or one of another definition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from metrics import warehouse
from metrics.access import LOCAL_CPO
from metrics.engines import open_facts
from metrics.models import load_models, read_model
from metrics.query import query
from tests.small_workspace import SmallWorkspace, only

FIRST = date(2026, 10, 5)
MODEL = Path("metrics/models/activity_days.sql")


NAMES = ("active_users", "stickiness", "sessions_per_active_user")


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    with only(*NAMES):
        yield


@pytest.fixture
def company(tmp_path: Path) -> SmallWorkspace:
    made = SmallWorkspace(tmp_path / "forge")
    lines = ["Event Name,Time,Distinct ID,Product"]
    for day in range(14):
        lines += [f"Open,{FIRST + timedelta(day)} 10:00:00,u{user},Atelier" for user in range(4)]
    products = "product,name\natelier,Atelier\n"
    files = {"products.csv": products, "Mixpanel events 2026-10-19.csv": "\n".join(lines)}
    assert made.import_files(files).status == "done"
    return made


def asked(company: SmallWorkspace) -> list[tuple[str, str, float | None]]:
    return [
        (figure.kpi, figure.period, figure.value)
        for by in ("company", "product")
        for figure in query(company.workspace, LOCAL_CPO, list(NAMES), by=by)
    ]


def without(company: SmallWorkspace, *tables: str) -> None:
    path = warehouse.current_path(company.workspace)
    assert path is not None
    with open_facts(path, read_only=False) as facts:
        for table in tables:
            facts.execute(f"drop table {table}")


def test_a_warehouse_without_its_kept_models_answers_the_same(company: SmallWorkspace) -> None:
    before = asked(company)
    assert {value for _, _, value in before} > {4.0}
    kept = [model.name for model in load_models().values() if model.materialised]
    without(company, *kept, "kept_models")  # as one that an older version wrote
    assert asked(company) == before


def test_a_model_written_since_is_read_through(company: SmallWorkspace) -> None:
    text = MODEL.read_text("utf-8")
    company.write(
        "models/activity_days.sql", text.replace("where\n", "where e.day > date '2026-10-11' and\n")
    )
    found = {period: value for kpi, period, value in asked(company) if kpi == "active_users"}
    assert found == {"2026-W41": 0, "2026-W42": 4}
    assert company.published("active_users") == {"2026-W41": 4, "2026-W42": 4}
    assert company.publish().status == "done"
    assert company.published("active_users") == found


def test_words_about_a_model_change_no_definition() -> None:
    text = MODEL.read_text("utf-8")
    said = text.replace("select", "select -- what follows\n", 1).replace("from", "/* so */ from")
    assert said != text
    one, other = (read_model("activity_days", sql, "m.sql") for sql in (text, said))
    assert one.digest == other.digest
    changed = text.replace("where\n", "where e.day > date '2026-10-11' and\n")
    assert changed != text
    assert read_model("activity_days", changed, "m.sql").digest != one.digest
