"""From a report of Google Analytics to a figure of a product, by what a person would do."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from metrics.access import LOCAL_CPO
from metrics.belonging import words_in_use
from metrics.calendar import Grain
from metrics.catalogue.kpi import Family, Unit
from metrics.own_kpi import OwnKpi, write_kpi
from metrics.query import query
from tests.small_workspace import SmallWorkspace

FIRST = date(2026, 9, 28)  # a Monday
VIEWS = [100 + 7 * day for day in range(17)]  # two weeks and three days


def report() -> str:
    last = FIRST + timedelta(len(VIEWS) - 1)
    lines = [
        "# ----------------------------------------",
        "# Instantané des rapports",
        "# Compte\u00a0: Groupe",
        "# Propriété\u00a0: Atelier",
        "# ----------------------------------------",
        "#",
        f"# Date de début\u00a0: {FIRST:%Y%m%d}",
        f"# Date de fin\u00a0: {last:%Y%m%d}",
        "Nième jour,Vues",
        *(f"{day:04},{views}" for day, views in enumerate(VIEWS)),
        "",
        "#",
        f"# Date de début\u00a0: {FIRST:%Y%m%d}",
        f"# Date de fin\u00a0: {last:%Y%m%d}",
        "Pays,Vues",
        "France,1500",
        "Belgium,40",
    ]
    return "\r\n".join(lines) + "\r\n"


def test_views_of_a_report_become_a_weekly_kpi_of_the_product(tmp_path: Path) -> None:
    small = SmallWorkspace(tmp_path)
    done = small.import_files(
        {
            "products.csv": "product,name\natelier,Atelier\n",
            "Instantané_des_rapports.csv": report(),
        }
    )
    assert done.status == "done", done.problem
    analytics = done.files[1]
    assert (analytics.tool, analytics.rows.loaded) == ("google_analytics", len(VIEWS) + 2)
    (word,) = words_in_use(small.workspace)
    assert word.owner is not None
    assert word.owner.key == "atelier"  # by the property's own name: nothing to answer
    views = OwnKpi("views", "Views", "Vues", Family.PRODUCT_PERFORMANCE, Unit.COUNT, "up", "day")
    write_kpi(small.workspace, views, date(2026, 11, 22))
    figures = query(small.workspace, LOCAL_CPO, ["views"], by="product", grain=Grain.WEEK)
    weeks = {figure.start: figure for figure in figures}
    assert weeks[FIRST].value == sum(VIEWS[:7])
    assert weeks[FIRST + timedelta(7)].value == sum(VIEWS[7:14])
    assert not weeks[FIRST + timedelta(14)].closed
    assert small.publish().status == "done"
    assert small.published("views") == {
        "2026-W40": sum(VIEWS[:7]),
        "2026-W41": sum(VIEWS[7:14]),
        "2026-W42": sum(VIEWS[14:]),  # under way
    }
    # Taken back, the figures go with the report.
    assert small.undo(2).status == "done"
    assert small.published("views") == {}
