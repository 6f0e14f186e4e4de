"""The roadmap as a page reads it: each initiative with its RICE score and MoSCoW class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
from sqlglot import exp

from metrics import pinning
from metrics.models import Model, as_kept, inlined


@dataclass(frozen=True)
class Initiative:
    """One initiative as its newest export shows it.

    `rice` is reach × impact × confidence / effort, from its parts where the roadmap gives them all
    (confidence 0–1, effort in person-months), else as the tool says; None when neither is known.
    `first_due` is the first due date that any export showed.
    """

    initiative: str
    title: str | None
    product: str | None
    squad: str | None
    state: str
    reach: float | None
    impact: float | None
    confidence: float | None
    effort: float | None
    rice: float | None
    moscow: str | None
    target_kpi: str | None
    expected_effect: str | None
    objective: str | None
    origin: str | None
    first_due: date | None
    due: date | None
    shipped: date | None
    review: date | None
    link: str | None


def read_roadmap(
    connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model]
) -> list[Initiative]:
    """Every initiative, the highest RICE first, those without a score last."""
    query = exp.select("*").from_("roadmap_initiatives")
    cursor = connection.execute(pinning.render(inlined(query, as_kept(connection, models))))
    names = [column[0] for column in cursor.description or ()]
    found = [_initiative(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return sorted(found, key=lambda i: (i.rice is None, -(i.rice or 0.0), i.initiative))


def _initiative(row: Mapping[str, Any]) -> Initiative:
    parts = {name: _number(row[name]) for name in ("reach", "impact", "confidence", "effort")}
    return Initiative(
        initiative=row["initiative_id"],
        title=row["title"],
        product=row["product"],
        squad=row["squad"],
        state=row["state"],
        rice=_rice(**parts) or _number(row["rice"]),
        moscow=row["moscow"],
        target_kpi=row["target_kpi"],
        expected_effect=row["expected_effect"],
        objective=row["objective"],
        origin=row["origin"],
        first_due=row["promised_day"],
        due=row["due_day"],
        shipped=row["shipped_day"],
        review=row["review_day"],
        link=row["link"],
        **parts,
    )


def _rice(
    reach: float | None, impact: float | None, confidence: float | None, effort: float | None
) -> float | None:
    if reach is None or impact is None or confidence is None or not effort:
        return None
    return reach * impact * confidence / effort


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
