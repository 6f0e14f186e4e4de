"""Where a KPI will stand, and whether its target will be met."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from metrics import jobs
from metrics.access import LOCAL_CPO
from metrics.calendar import Calendar, Grain
from metrics.catalogue import load_catalogue
from metrics.command.init import lay_out
from metrics.errors import VigieError
from metrics.importing.reasons import explain
from metrics.outlook import outlooks, prior_year_of
from metrics.pace import Landing, flow_landing, level_landing, pace_of
from metrics.register.targets import said_before, set_target, targets_held
from metrics.result import Figure, Scope
from metrics.workspace import Workspace
from tests import made_up_review

COMPANY = Scope("company", "")
CATALOGUE = load_catalogue()
RISING = [100.0 + 5 * month + (1 if month % 2 else -1) for month in range(24)]


def test_a_line_goes_on() -> None:
    assert level_landing(RISING, 3).expected == pytest.approx(100 + 5 * 26, abs=3)


def test_what_never_changes_stays() -> None:
    pace = pace_of(level_landing([7.0] * 10, 4), target=7)
    assert (pace.expected, pace.low, pace.high, pace.verdict) == (7, 7, 7, "yes")


def test_four_futures_in_five_end_within_the_interval() -> None:
    """Of random walks with a drift, about four in five end where the interval says."""
    rng = np.random.default_rng(3)
    within = 0
    for _ in range(60):
        walk = np.cumsum(1 + rng.normal(size=60))
        pace = pace_of(level_landing(walk[:52].tolist(), 8))
        within += pace.low <= walk[-1] <= pace.high
    assert 0.65 <= within / 60 <= 0.95


@pytest.mark.parametrize(
    ("target", "direction", "verdict"),
    [(500, 1, "yes"), (900, 1, "no"), (900, -1, "yes"), (500, -1, "no")],
)
def test_a_flow_lands_on_what_is_there_and_what_will_come(
    target: float, direction: int, verdict: str
) -> None:
    landing = flow_landing(RISING, [1, 1], 215)
    pace = pace_of(landing, target=target, direction=direction)
    assert pace.expected == pytest.approx(215 + 220 + 225, abs=5)
    assert pace.low < pace.expected < pace.high
    assert pace.verdict == verdict


def test_a_target_within_the_noise_is_uncertain() -> None:
    noisy = (100 + 10 * np.random.default_rng(1).normal(size=40)).tolist()
    pace = pace_of(level_landing(noisy, 1), target=float(np.mean(noisy)))
    assert pace.verdict == "uncertain"


def test_a_period_that_is_over_is_known() -> None:
    pace = pace_of(flow_landing(RISING, [], 645), target=600)
    assert (pace.expected, pace.low, pace.high, pace.chance) == (645, 645, 645, 1)


def test_a_part_of_a_period_brings_its_part() -> None:
    assert flow_landing([70.0] * 10, [1, 6 / 7], 180) == Landing(310, 0)
    # Weeks before the month begins bring nothing to it.
    assert flow_landing([70.0] * 10, [0, 3 / 7, 1], 0).expected == pytest.approx(100)


def test_what_is_counted_already_is_not_counted_off_again() -> None:
    landing = Landing(300, 20, least=400)
    assert (pace_of(landing).expected, pace_of(landing).low) == (400, 400)
    reached = pace_of(landing, target=350)
    assert (reached.chance, reached.verdict) == (1, "yes")
    assert pace_of(landing, target=350, direction=-1).verdict == "no"
    assert pace_of(landing, target=450).verdict == "no"


def test_few_figures_say_nothing() -> None:
    with pytest.raises(VigieError, match="3 closed figures"):
        level_landing([1, 2, 3], 2)


def published(folder: Path) -> Workspace:
    """The company's revenue of two years until October 2026, and as many weeks of its MRR."""
    october = date(2026, 10, 31)
    workspace = made_up_review.publish(
        folder,
        [
            *made_up_review.series("revenue", COMPANY, RISING, Grain.MONTH, october),
            *made_up_review.series("mrr", COMPANY, RISING, Grain.WEEK, october),
        ],
    )
    made_up_review.publish_outlooks(workspace, october)
    return workspace


def test_where_a_published_kpi_will_stand_beside_target_and_budget(tmp_path: Path) -> None:
    workspace = published(tmp_path)
    with workspace.register.begin() as connection:
        for kind, value in (("target", 600), ("budget", 650)):
            set_target(
                connection, LOCAL_CPO, CATALOGUE, kpi="revenue", scope=COMPANY, period="2026-Q4",
                value=value, kind=kind,
            )  # fmt: skip
    aimed_at = outlooks(workspace, LOCAL_CPO, kpis=["revenue"], grains=["month"])[0]
    with workspace.register.begin() as connection:
        set_target(
            connection, LOCAL_CPO, CATALOGUE, kpi="revenue", scope=COMPANY,
            period=aimed_at.period.key, value=10 * aimed_at.high, kind="budget",
        )  # fmt: skip
    (budgeted,) = outlooks(workspace, LOCAL_CPO, kpis=["revenue"], grains=["month"])
    assert (aimed_at.verdict, budgeted.target, budgeted.verdict) == (None, None, "no")
    flow, level = (
        outlooks(workspace, LOCAL_CPO, kpis=[kpi], grains=["quarter"])[0]
        for kpi in ("revenue", "mrr")
    )
    workspace.register.dispose()
    assert (flow.actual, flow.left, flow.target, flow.verdict) == (RISING[-1], 2, 600, "yes")
    assert flow.actual + flow.forecast == pytest.approx(flow.landing)
    assert flow.gap_to_budget == pytest.approx(flow.landing - 650)
    # Only what adds up over time has an actual so far and a rest to come.
    assert (level.actual, level.forecast, level.target, level.verdict) == (None, None, None, None)
    assert level.landing == pytest.approx(100 + 5 * (23 + level.left), abs=5)


def test_targets_of_every_kpi_are_read_in_one_query(tmp_path: Path) -> None:
    workspace = published(tmp_path)
    asked: list[str] = []

    @sa.event.listens_for(workspace.register, "before_cursor_execute")
    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    assert len(outlooks(workspace, LOCAL_CPO)) == 4
    workspace.register.dispose()
    assert sum("targets" in statement for statement in asked) == 1


def test_targets_come_from_a_file_and_go_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    lay_out(folder, "Anvil").register.dispose()
    file = tmp_path / "targets.csv"
    file.write_text(
        "kpi,scope_kind,scope,period,kind,value\n"
        "revenue,company,,2026-Q4,target,900000\n"
        "revenue,company,,2026-Q4,budget,850000\n"
        "revenue,company,,someday,budget,1\n"
        "revenu,company,,2026-Q4,budget,1\n"
        "revenue,product,anvill,2026-Q4,budget,1\n"
        "revenue,product,anvil,2026-Q4,budget,700000\n"
    )
    products = tmp_path / "products.csv"
    products.write_text("product,name\nanvil,Anvil\n")
    # Named first, yet read last: it names products that the other file introduces.
    wrong = tmp_path / "assignments.csv"
    wrong.write_text("squad,product,start,end\ndune,anvill,2026-05-01,2026-01-01\n")
    paths = tuple(map(str, (file, wrong, products)))
    report, strange, other = jobs.run(jobs.Job("import", str(folder), "test", paths)).files
    assert [(each.reason, each.column, each.example) for each in strange.problems] == [
        ("stranger", "product", "anvill"),
        ("stranger", "squad", "dune"),
        ("backward", "end", "2026-05-01"),
    ]
    assert "Known: anvil. Import what it names" in explain(strange.problems[0])
    assert (report.dataset, report.rows.loaded, report.rows.quarantined) == ("targets", 3, 3)
    assert other.dataset == "products"
    told = {problem.reason: problem for problem in report.problems}
    assert told["unknown_kpi"].example == "revenu"
    assert "revenue" in explain(told["unknown_kpi"]).split("Near it: ")[1]
    assert "anvil." in explain(told["unknown_scope"], "en")
    assert "anvil." in explain(told["unknown_scope"], "fr")
    workspace = Workspace.open(folder)
    with workspace.register.begin() as connection:
        held = targets_held(connection, LOCAL_CPO, scopes=[COMPANY])
        assert {(*each[2:], held[each].value, held[each].set_by) for each in held} == {
            ("2026-Q4", "target", 900000, ""),
            ("2026-Q4", "budget", 850000, ""),
        }
        set_target(
            connection, LOCAL_CPO, CATALOGUE, kpi="revenue", scope=COMPANY, period="2026-Q4",
            value=950000,
        )  # fmt: skip
        told = said_before(connection, LOCAL_CPO, "revenue", COMPANY)
        assert [each.value for each in told if each.kind == "target"] == [900000, 950000]
        with pytest.raises(VigieError, match="Another value was set for 2026-Q4 meanwhile"):
            set_target(
                connection, LOCAL_CPO, CATALOGUE, kpi="revenue", scope=COMPANY, period="2026-Q4",
                value=960000, seen=held,
            )  # fmt: skip
        set_target(
            connection, LOCAL_CPO, CATALOGUE, kpi="revenue", scope=COMPANY, period="2026-Q4",
            value=950000, seen=targets_held(connection, LOCAL_CPO, scopes=[COMPANY]),
        )  # fmt: skip
    jobs.run(jobs.Job("undo", str(folder), "test", import_id=report.import_id))
    with workspace.register.connect() as connection:
        held = targets_held(connection, LOCAL_CPO, kpis=["revenue"])
        assert {(each.scope, each.kind): said.value for each, said in held.items()} == {
            (COMPANY, "target"): 950000
        }
    workspace.register.dispose()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "wish"}, "wish"),
        ({"period": "soon"}, "soon"),
        ({"kpi": "revenu"}, "no KPI named 'revenu'. Did you mean revenue"),
    ],
)
def test_a_target_that_means_nothing_is_refused(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    workspace = lay_out(tmp_path / "w", "Anvil")
    asked = {"kpi": "revenue", "period": "2026-Q4"} | changes
    with workspace.register.begin() as connection, pytest.raises(VigieError, match=message):
        set_target(connection, LOCAL_CPO, CATALOGUE, scope=COMPANY, value=1, **asked)
    workspace.register.dispose()


def test_a_landing_is_set_against_the_same_period_a_year_earlier() -> None:
    calendar = Calendar()
    quarter = calendar.period(Grain.QUARTER, date(2025, 11, 1))

    def of(day: date, value: float, closed: bool = True) -> Figure:
        period = calendar.period(Grain.QUARTER, day)
        return Figure(
            kpi="active_users", scope=Scope("product", "anvil"), grain="quarter",
            period=period.key, start=period.start, end=period.end, value=value, closed=closed,
        )  # fmt: skip

    assert prior_year_of([of(date(2025, 8, 1), 90), of(date(2025, 11, 1), 178)], quarter) == 178
    assert prior_year_of([of(date(2025, 11, 1), 178, closed=False)], quarter) is None
    assert prior_year_of([], quarter) is None
