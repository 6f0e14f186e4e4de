"""What a KPI's definition may ask of its model: known the moment the catalogue loads.

A mistake found here stops nothing but the catalogue; found later it would stop every import.
"""

from __future__ import annotations

from sqlglot import exp

from metrics.allowlist import parse
from metrics.catalogue.kpi import Kpi
from metrics.errors import VigieError, unknown
from metrics.models import Model

#: The keys of a calculation that hold SQL over one row of the model.
EXPRESSIONS = ("expression", "entity", "filter", "currency")


def check_expressions(kpi: Kpi, model: Model) -> None:
    """Refuse SQL outside the allow-list, over several rows, or of columns the model lacks, and
    dimensions that the model does not hold."""
    for dimension in kpi.dimensions:
        if dimension not in model.dimensions:
            raise unknown("dimension", dimension, model.dimensions, f"See {kpi.source}.")
    for key in EXPRESSIONS:
        if key not in kpi.calculation:
            continue
        place = f"{kpi.source} ({key})"
        tree = parse(str(kpi.calculation[key]), place)
        for node in tree.walk():
            if isinstance(node, exp.Query | exp.AggFunc | exp.Window):
                raise VigieError(
                    f"{place}: '{node.sql('duckdb')[:80]}' looks at several rows; it is read on "
                    "each row of the model.",
                    next_step="Give what one row counts for; the kind adds up. See "
                    "docs/catalogue.md.",
                )
        for column in tree.find_all(exp.Column):
            if column.name.lower() not in {name.lower() for name in model.columns}:
                raise unknown("column", column.name, model.columns, f"See {place}.")
