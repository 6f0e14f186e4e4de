"""Figures of the sample company beside one hand-written query a KPI, from the canonical tables."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from benchmarks.figures import agreement
from metrics import warehouse
from metrics.engines import open_facts
from metrics.query import setting_of
from metrics.setting import Setting
from tests.sample_workspace import Sample

#: Roles change hands seldom; quarters are few.
LEAST = {"transferred_mrr": 3}


@pytest.fixture(scope="module")
def opened(sample: Sample) -> Iterator[tuple[duckdb.DuckDBPyConnection, Setting]]:
    path = warehouse.current_path(sample.workspace)
    assert path is not None
    with open_facts(path) as facts:
        yield facts, setting_of(sample.workspace).of_facts(facts)


@pytest.mark.parametrize(
    "kpi",
    [
        "mrr",
        "expansion_mrr",
        "fx_mrr",
        "net_revenue_retention",
        "growth_contribution",
        "pql_rate",
        "sessions_per_active_user",
        "conversion_rate",
        "time_to_value",
        "retention_w4",
        "transferred_mrr",
        "share_of_growth",
        "rule_of_40",
        "okr_progress",
        "okr_expected_progress",
        "north_star",
        "market_share",
        "relative_market_share",
        "sprint_predictability",
        "sprint_value_share",
        "scope_change",
        "backlog_readiness",
        "blocked_items",
        "skills_coverage",
        "bus_factor",
        "skills_progress",
    ],
)
def test_a_hand_written_query_gives_every_closed_figure(
    opened: tuple[duckdb.DuckDBPyConnection, Setting], kpi: str
) -> None:
    found = agreement(*opened, kpi)
    assert found is not None
    assert found.compared >= LEAST.get(kpi, 20)
    assert found.otherwise == ()
