"""Accessibility audits, carbon, and what qualifies a free user: no tool of ours gives them."""

from __future__ import annotations

from pathlib import Path

from sample_data.company import PRODUCTS
from sample_data.draw import generator
from sample_data.tables import write_csv
from sample_data.timeline import Timeline, first_of_month

_APPLICABLE = 84  # of the 106 criteria, those that the products' pages call for
_MET_AT_FIRST = {"sillon": 52, "escale": 61, "passerelle": 33, "clairiere": 70, "oree": 58}
_KILOGRAMS = {"sillon": 96, "escale": 88, "passerelle": 74, "clairiere": 41, "oree": 210}
_QUALIFYING_USES = 3


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    """Audits twice a year, grams of CO2 equivalent a month, one rule of qualifying usage each."""
    rows: list[list[object]] = []
    months = timeline.months()
    for product in PRODUCTS:
        chance = generator(seed, "footprint", product.product)
        for number, month in enumerate(months):
            if month < product.launched:
                continue
            grams = round(1000 * _KILOGRAMS[product.product] * chance.uniform(0.96, 1.04))
            rows.append(["carbon_grams", f"{month:%Y-%m}", product.name, grams, "g", ""])
            if number % 6 == 0:
                met = min(_APPLICABLE, _MET_AT_FIRST[product.product] + 2 * (number // 6))
                day = month.replace(day=10)
                rows.append(["rgaa_criteria_met", day, product.name, met, "criteria", "level"])
                rows.append(
                    [
                        "rgaa_criteria_applicable",
                        day,
                        product.name,
                        _APPLICABLE,
                        "criteria",
                        "level",
                    ]
                )
    usage = [[p.name, p.features[0].event, _QUALIFYING_USES, 1, "Free"] for p in PRODUCTS]
    last = first_of_month(timeline.exported)
    assert all(str(row[1]) < f"{last:%Y-%m-%d}" for row in rows)
    return [
        write_csv(
            folder / f"observations {timeline.exported}.csv",
            ("metric", "period", "scope", "value", "unit", "grain"),
            rows,
        ),
        write_csv(
            folder / f"qualifying usage {timeline.exported}.csv",
            ("product", "event", "at_least", "version", "free_plan"),
            usage,
        ),
    ]
