from __future__ import annotations

import duckdb
import pytest
import sqlglot

from metrics.catalogue import load_catalogue
from metrics.compile import compile_kpi
from metrics.models import load_models
from metrics.pinning import DIALECTS, render


def pinned(expression: str, dialect: str = "duckdb") -> str:
    return render(sqlglot.parse_one(expression, read="duckdb"), dialect, pretty=False)


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("1 / 2", 0.5),
        ("1 / 0", None),
        ("1 / 2 / 4", 0.125),
        ("(1 / 2) / (1 / 4)", 2.0),
        ("date_diff('day', cast('2026-03-28' as date), cast('2026-03-30' as date))", 2),
        ("6 & 3", 2),
    ],
)
def test_pinned_expressions_mean_what_the_definition_says(expression, answer):
    assert duckdb.connect().execute(f"select {pinned(expression)}").fetchall() == [(answer,)]


def test_quantiles_are_exact_and_inclusive_by_name():
    quantile = "quantile_cont(x, 0.85)"
    assert pinned(quantile, "clickhouse") == "quantileExactInclusive(0.85)(x)"
    assert pinned(quantile, "spark") == "percentile(x, 0.85)"
    assert pinned(quantile, "postgres") == "PERCENTILE_CONT(0.85) WITHIN GROUP (ORDER BY x)"


def test_pinning_twice_changes_nothing():
    tree = sqlglot.parse_one("select a / b, date_diff('day', a, b) from t", read="duckdb")
    once = render(tree)
    assert render(sqlglot.parse_one(once, read="duckdb")) == once


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_kpi_can_be_written_for_every_engine(dialect):
    models = load_models()
    for kpi in load_catalogue(models=models).entries.values():
        if "model" in kpi.calculation:
            text = compile_kpi(kpi, models).sql(dialect)
            assert sqlglot.parse_one(text, read=dialect)
