# ruff: noqa: E501 - rows of an export
"""The roadmap as a page reads it, from a Notion export."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from metrics import references
from metrics.roadmap import read_roadmap
from tests.facts import MODELS
from tests.imported import Imported

NOTION = (
    "\ufeffNom,Produit,Équipe,Statut,Portée,Impact,Confiance,Effort,MoSCoW,KPI visé,Dates,RICE\r\n"
    'Recherche,Anvil,North,En cours,"1 200",fort,80 %,2,Indispensable,mrr,"October 8, 2026 → November 2, 2026",\r\n'
    "Thème sombre,Anvil,North,Prévu,,moyen,50 %,1,Souhaitable,,,42\r\n"
    "Vieux client,Anvil,South,Abandonné,10,faible,faible,4,Exclu,,,\r\n"
)  # fmt: skip


def test_rice_from_its_parts_else_as_the_tool_says(tmp_path: Path) -> None:
    imported = Imported(tmp_path)
    imported.file("Roadmap 0123456789abcdef.csv", NOTION, observed="2026-10-20")
    moved = NOTION.replace("November 2, 2026", "December 1, 2026")
    imported.file("Roadmap 0123456789abcdee.csv", moved, observed="2026-11-20")
    references.rebuild(imported.connection, imported.organisation)
    search, dark, old = read_roadmap(imported.connection, MODELS)
    assert (search.title, search.rice) == ("Recherche", pytest.approx(1200 * 2 * 0.8 / 2))
    assert (search.product, search.squad, search.moscow) == ("anvil", "north", "must")
    assert (search.first_due, search.due) == (date(2026, 11, 2), date(2026, 12, 1))
    assert (dark.rice, dark.moscow, dark.state) == (42, "could", "planned")
    assert (old.rice, old.moscow, old.state) == (
        pytest.approx(10 * 0.5 * 0.5 / 4),
        "wont",
        "dropped",
    )
