"""The SQL of every KPI and measure on every engine, kept as text so that a review sees a change
of meaning. `make golden` writes it again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from metrics.catalogue import Catalogue, Kpi, load_catalogue
from metrics.compile import compile_kpi
from metrics.models import Model, inlined, load_models
from metrics.pinning import DIALECTS, render
from tests.journeys.golden_sql import statements

FOLDER = Path(__file__).with_name("golden")


def text_of(kpi: Kpi, models: Mapping[str, Model], dialect: str) -> str:
    """What makes the figure: the calculation as comments, then the statement if it has one.

    A KPI with a formula names its parts; their SQL stands in their own files.
    """
    header = [f"-- {kpi.name}: {kpi.kind}, {kpi.unit}"]
    header += [f"-- {key}: {value}" for key, value in sorted(kpi.calculation.items())]
    if "model" not in kpi.calculation:
        return "\n".join(header) + "\n"
    return "\n".join([*header, compile_kpi(kpi, models).sql(dialect)]) + "\n"


def golden(catalogue: Catalogue, models: dict[str, Model]) -> dict[Path, str]:
    """Every file there should be, under `tests/golden/`, with its text.

    Models that are kept as tables have a file of their own: no KPI's SQL holds theirs.
    """
    kpis = {
        FOLDER / dialect / f"{kpi.name}.sql": text_of(kpi, models, dialect)
        for dialect in DIALECTS
        for kpi in catalogue.entries.values()
    }
    tables = {
        FOLDER / dialect / f"model.{model.name}.sql": render(inlined(model.tree, models), dialect)
        + "\n"
        for dialect in DIALECTS
        for model in models.values()
        if model.materialised
    }
    journeys = {
        FOLDER / dialect / f"journey.{name}.sql": statement.sql(dialect) + "\n"
        for dialect in DIALECTS
        for name, statement in statements(catalogue, models).items()
    }
    return kpis | tables | journeys


def write() -> None:
    """Make the folder hold exactly what the catalogue gives now."""
    models = load_models()
    wanted = golden(load_catalogue(models=models), models)
    for path in FOLDER.glob("*/*.sql"):
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    write()
