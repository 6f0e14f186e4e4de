"""From a figure to its rows: as many as it counts, none that tells a person, and their imports."""

from __future__ import annotations

import re
from datetime import date

import pytest

from metrics.access import LOCAL_CPO
from metrics.calendar import Calendar, Grain
from metrics.errors import VigieError
from metrics.models import load_models
from metrics.pages.rows_behind import MOST_ROWS, PERSONAL, lineage, touches
from metrics.query import query
from metrics.result import Scope
from tests.sample_workspace import Sample

OCTOBER = Calendar().period(Grain.MONTH, date(2026, 10, 5))


@pytest.mark.parametrize(
    ("kpi", "by"),
    [("throughput", "squad"), ("deployment_frequency", "squad"), ("feedback_volume", "product")],
)
def test_a_figure_that_counts_facts_has_as_many_rows(sample: Sample, kpi: str, by: str) -> None:
    figures = query(
        sample.workspace, LOCAL_CPO, [kpi], by=by, grain="month", since=OCTOBER.start,
        until=OCTOBER.end,
    )  # fmt: skip
    counted = [each for each in figures if each.value]
    assert counted
    for figure in counted:
        (part,) = lineage(sample.workspace, LOCAL_CPO, kpi, figure.scope, OCTOBER).parts
        assert part.count == figure.value
        assert len(part.rows) == min(part.count, MOST_ROWS)
        assert set(part.rows[by]) == {figure.scope.key}
        assert part.rows["day"].min().date() >= OCTOBER.start


def test_recurring_revenue_is_the_sum_of_what_holds_on_the_last_day(sample: Sample) -> None:
    figures = query(sample.workspace, LOCAL_CPO, ["mrr"], by="product", grain="month",
                    since=OCTOBER.start, until=OCTOBER.end)  # fmt: skip
    summed = []
    for figure in figures:
        found = lineage(sample.workspace, LOCAL_CPO, "mrr", figure.scope, OCTOBER)
        (part,) = found.parts
        if part.count <= MOST_ROWS and set(part.rows["currency"]) == {"EUR"}:
            assert float(part.rows["mrr"].sum()) == pytest.approx(figure.value)
            summed.append(figure.scope)
        assert {record.dataset for record in found.imports} == {"subscriptions"}
    assert summed


def test_a_ratio_shows_both_of_its_parts(sample: Sample) -> None:
    found = lineage(sample.workspace, LOCAL_CPO, "win_rate", Scope("product", "oree"), OCTOBER)
    assert len(found.parts) == 2


def test_no_row_tells_a_person() -> None:
    telling = re.compile(r"_key$|person|user|session|account|respon|email|name")
    told = {
        column
        for model in load_models().values()
        if "person" not in model.columns  # those are refused whole
        for column in model.columns
        if telling.search(column)
    }
    counts = {"skill_key", "respondents", "session_count"}
    assert told - counts <= PERSONAL


@pytest.mark.parametrize("kpi", ["engagement_score", "enps", "members", "wip_per_person"])
def test_small_groups_have_no_rows_to_show(sample: Sample, kpi: str) -> None:
    with pytest.raises(VigieError, match="small groups could be told apart"):
        lineage(sample.workspace, LOCAL_CPO, kpi, Scope("company", ""), OCTOBER)


def test_an_import_of_other_days_is_no_part_of_it() -> None:
    assert touches((date(2026, 9, 1), date(2026, 10, 1)), OCTOBER)
    assert not touches((date(2026, 9, 1), date(2026, 9, 30)), OCTOBER)
    assert not touches((date(2026, 11, 1), date(2026, 11, 2)), OCTOBER)
    assert touches(None, OCTOBER)
