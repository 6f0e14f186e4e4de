"""Publishing against figures that the tests make up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from metrics.access import LOCAL_CPO
from metrics.calendar import Calendar, Grain
from metrics.engines import open_register
from metrics.errors import VigieError
from metrics.publication import CHUNK
from metrics.publish import Cause, Published, clean, finish, publish
from metrics.register import migrate
from metrics.register.decisions import decide
from metrics.register.leases import Lease, LeaseLostError, take
from metrics.register.restatements import read_restatements
from metrics.register.series import current_publication, read_figures, read_frame, read_signals
from metrics.register.state import State, flip, read_state
from metrics.register.tables import figures, leases, publications, restatements
from metrics.result import Scope
from tests.made_up_figures import figures_frame

MONDAY = date(2026, 9, 7)
TODAY = date(2026, 11, 20)
IMPORT = Cause("import", "1")


@pytest.fixture
def register(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_register(f"sqlite:///{tmp_path / 'register.sqlite'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def lease(register: sa.Engine) -> Iterator[Lease]:
    with take(register, "publisher") as held:
        yield held


def weeks(kpi: str, values: list[float | None], **columns: Any) -> pd.DataFrame:
    """Weekly figures of one series from 7 September 2026 on."""
    last = MONDAY + timedelta(7 * len(values) - 1)
    reasons = [None if value is not None else "no_data" for value in values]
    return figures_frame(
        kpi,
        Calendar().periods(Grain.WEEK, MONDAY, last),
        values,
        Scope("product", "atelier"),
        **{"reason": reasons} | columns,
    )


def run(
    register: sa.Engine,
    lease: Lease,
    *frames: pd.DataFrame,
    judged: Any = lambda number: (),
    cause: Cause = IMPORT,
    flipped: bool = True,
    once: Sequence[str] = (),
) -> Published:
    done = publish(
        register,
        lease,
        frames,
        judged,
        warehouse_version=1,
        cause=cause,
        by="test",
        settling_days=3,
        today=TODAY,
        once=once,
    )
    if flipped and done.publication:
        with register.begin() as connection:
            finish(connection, done)
            flip(connection, State(1, done.publication))
    return done


def values(register: sa.Engine, publication: int | None = None) -> dict[tuple[str, str], Any]:
    with register.connect() as connection:
        return {
            (figure.kpi, figure.period): figure.value
            for figure in read_figures(connection, LOCAL_CPO, publication=publication)
        }


def test_nothing_is_seen_before_the_flip(register: sa.Engine, lease: Lease) -> None:
    first = run(register, lease, weeks("mrr", [1.0]))
    second = run(register, lease, weeks("mrr", [2.0, 3.0]), flipped=False)
    assert values(register) == {("mrr", "2026-W37"): 1.0}
    with register.begin() as connection:
        finish(connection, second)
        flip(connection, State(2, second.publication or 0))
    assert values(register) == {("mrr", "2026-W37"): 2.0, ("mrr", "2026-W38"): 3.0}
    assert values(register, first.publication) == {("mrr", "2026-W37"): 1.0}
    with register.connect() as connection:
        now = current_publication(connection)
        assert (now.id, now.warehouse_version) == (second.publication, 2)
        assert now.finished_at is not None


def test_the_same_figures_again_write_nothing(register: sa.Engine, lease: Lease) -> None:
    frame = weeks("nps", [31.25, None, 40.0], n=[120, 0, 130], low=[20.1, None, 30.0])
    run(register, lease, frame)
    rounded = frame.assign(value=frame["value"] * (1 + 1e-12))
    assert run(register, lease, rounded) == Published(None, 0, 0, 0)
    with register.connect() as connection:
        assert connection.execute(sa.select(sa.func.count(publications.c.id))).scalar_one() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"value": [5.0, 2.000001]},
        {"value": [5.0, None]},
        {"numerator": 4.0},
        {"n": 3},
        {"high": 9.0},
        {"closed": [True, False]},
        {"reason": ["gap", None]},
        {"members": "m2"},
        {"period": ["2026-W37", "W38"]},
    ],
)
def test_each_kind_of_difference_is_published(
    register: sa.Engine, lease: Lease, change: dict[str, Any]
) -> None:
    before = weeks("mrr", [5.0, 2.0])
    run(register, lease, before)
    after = before.assign(**change)
    done = run(register, lease, after)
    assert done.rows_written == done.rows_closed > 0
    with register.connect() as connection:
        frame = read_frame(connection, LOCAL_CPO)
    for name, expected in after.items():
        if name in frame.columns and name not in ("start", "end"):
            got = frame[name].astype("object").where(frame[name].notna(), None).tolist()
            assert got == expected.astype("object").where(expected.notna(), None).tolist()


def test_what_is_computed_no_more_is_closed(register: sa.Engine, lease: Lease) -> None:
    run(register, lease, weeks("mrr", [1.0, 2.0]), weeks("nps", [10.0]), weeks("wip", [3.0]))
    done = run(register, lease, weeks("mrr", [1.0]), weeks("wip", [3.0]))
    assert (done.rows_written, done.rows_closed) == (0, 2)
    assert values(register) == {("mrr", "2026-W37"): 1.0, ("wip", "2026-W37"): 3.0}
    run(register, lease, weeks("wip", [3.0]))
    run(register, lease, weeks("mrr", [1.0]), weeks("wip", [3.0]))
    assert values(register) == {("mrr", "2026-W37"): 1.0, ("wip", "2026-W37"): 3.0}


def test_one_kpi_may_come_in_several_frames(register: sa.Engine, lease: Lease) -> None:
    frame = weeks("mrr", [1.0, 2.0, 3.0])
    run(register, lease, frame)
    done = run(register, lease, frame.iloc[:1], frame.iloc[1:].assign(value=[2.0, 4.0]))
    assert (done.rows_written, done.rows_closed) == (1, 1)


def test_a_settled_closed_value_that_moves_is_restated(register: sa.Engine, lease: Lease) -> None:
    last = (TODAY - timedelta(3) - MONDAY).days // 7  # this week has not settled on TODAY
    before = [float(week) for week in range(1, last + 2)]
    run(register, lease, weeks("mrr", [*before]), weeks("nps", [5.0]), weeks("old", [7.0]))
    after = weeks("mrr", [*before])
    after.loc[0, "value"] = 100.0  # settled: restated
    after.loc[last, "value"] = 200.0  # not settled yet: replaced without a trace
    run(register, lease, after, weeks("nps", [5.0]), cause=Cause("undo", "import 12"))
    with register.connect() as connection:
        found = read_restatements(connection, LOCAL_CPO)
    assert [(r.kpi, r.start, r.old, r.new, r.cause, r.cause_detail) for r in found] == [
        ("mrr", MONDAY, 1.0, 100.0, "undo", "import 12"),
        ("old", MONDAY, 7.0, None, "undo", "import 12"),
    ]


def test_a_value_where_there_was_none_is_no_restatement(register: sa.Engine, lease: Lease) -> None:
    run(register, lease, weeks("mrr", [None, 1.0]))
    done = run(register, lease, weeks("mrr", [5.0, 1.0]))
    assert (done.rows_written, done.restated) == (1, 0)


def test_an_open_value_that_moves_is_no_restatement(register: sa.Engine, lease: Lease) -> None:
    run(register, lease, weeks("mrr", [1.0], closed=False))
    assert run(register, lease, weeks("mrr", [2.0])).restated == 0


def test_a_new_definition_replaces_the_series_and_says_so(
    register: sa.Engine, lease: Lease
) -> None:
    run(register, lease, weeks("mrr", [1.0, 2.0]))
    run(register, lease, weeks("mrr", [1.0, 3.0], definition="d2"))
    assert values(register) == {("mrr", "2026-W37"): 1.0, ("mrr", "2026-W38"): 3.0}
    with register.connect() as connection:
        found = read_restatements(connection, LOCAL_CPO)
    assert [(r.old, r.new, r.cause) for r in found] == [(2.0, 3.0, "definition")]


def test_a_set_that_changes_is_the_cause(register: sa.Engine, lease: Lease) -> None:
    run(register, lease, weeks("mrr", [1.0]))
    run(register, lease, weeks("mrr", [2.0], members="m2"))
    with register.connect() as connection:
        assert [r.cause for r in read_restatements(connection, LOCAL_CPO)] == ["organisation"]


def test_signals_are_judged_on_the_new_figures(register: sa.Engine, lease: Lease) -> None:
    def judged(number: int) -> Iterator[pd.DataFrame]:
        with register.connect() as connection:
            frame = read_frame(connection, LOCAL_CPO, publication=number)
        high = frame[frame["value"] > 5]
        yield high[["kpi", "scope_kind", "scope", "grain", "dimension", "member", "start"]].assign(
            definition="d1",
            rule=1,
            direction=1,
            centre=2.0,
            lower=0.0,
            upper=4.0,
            provisional=False,
            taken_out="",
        )

    run(register, lease, weeks("mrr", [1.0, 9.0, 8.0]), judged=judged)
    done = run(register, lease, weeks("mrr", [1.0, 9.0, 2.0]), judged=judged)
    assert (done.rows_written, done.rows_closed) == (1, 2)
    with register.connect() as connection:
        now = read_signals(connection, LOCAL_CPO)
        then = read_signals(connection, LOCAL_CPO, publication=1)
    assert now["start"].dt.date.tolist() == [MONDAY + timedelta(7)]
    assert (now["rule"].item(), now["upper"].item(), now["provisional"].item()) == (1, 4.0, False)
    assert len(then) == 2


def test_two_figures_for_one_key_are_refused(register: sa.Engine, lease: Lease) -> None:
    frame = weeks("mrr", [1.0])
    with pytest.raises(VigieError, match="'mrr' has two figures for product 'atelier'"):
        run(register, lease, pd.concat([frame, frame]))


def test_what_a_dead_publisher_left_is_removed(register: sa.Engine, lease: Lease) -> None:
    run(register, lease, weeks("mrr", [1.0, 2.0]), weeks("nps", [4.0]))
    with register.connect() as connection:
        before = connection.execute(sa.select(figures)).all()
    run(register, lease, weeks("mrr", [1.0, 5.0, 6.0]), flipped=False)
    assert clean(register, lease) == 4  # two new rows, two rows to open again
    with register.connect() as connection:
        assert connection.execute(sa.select(figures)).all() == before
        assert (
            connection.execute(sa.select(sa.func.count()).select_from(restatements)).scalar() == 0
        )
        assert connection.execute(sa.select(publications.c.id)).scalars().all() == [1]
    assert clean(register, lease) == 0


def test_nothing_is_written_without_the_lease(register: sa.Engine, lease: Lease) -> None:
    def stolen() -> Iterator[pd.DataFrame]:
        with register.begin() as connection:
            connection.execute(sa.update(leases).values(holder="elsewhere:1:x"))
        yield weeks("mrr", [1.0])

    with pytest.raises(LeaseLostError):
        publish(
            register,
            lease,
            stolen(),
            warehouse_version=1,
            cause=Cause("import"),
            by="test",
            settling_days=3,
            today=TODAY,
        )
    with register.connect() as connection:
        assert connection.execute(sa.select(figures)).all() == []
        assert read_state(connection) == State(0, 0)


def many(rows: int, seed: int) -> Iterator[pd.DataFrame]:
    """`rows` daily figures over 40 KPIs."""
    days = np.datetime64("2024-11-18") + np.arange(728)
    draws = np.random.default_rng(seed)
    per_kpi = rows // 40
    for kpi in range(40):
        index = np.arange(per_kpi)
        frame = weeks(f"kpi_{kpi}", [0.0]).drop(columns=["start", "end"])
        frame = frame.loc[np.zeros(per_kpi, dtype=int)].reset_index(drop=True)
        frame["scope"] = np.char.add("s", (index // 728).astype(str))
        frame["start"] = frame["end"] = days[index % 728]
        frame["grain"] = "day"
        frame["value"] = draws.random(per_kpi)
        frame["reason"] = None
        yield frame


def test_decisions_are_written_between_the_portions_of_a_publication(
    register: sa.Engine, lease: Lease
) -> None:
    """How long a decision waits is told by `benchmarks/register.py`; here: for one portion."""
    portions: list[int] = []
    decided = 0
    over = threading.Event()

    @sa.event.listens_for(register, "before_cursor_execute")
    def note(
        connection: sa.Connection, cursor: Any, statement: str, rows: Any, context: Any, many: bool
    ) -> None:
        if many:
            connection.info["rows"] = connection.info.get("rows", 0) + len(rows)

    @sa.event.listens_for(register, "commit")
    def count(connection: sa.Connection) -> None:
        portions.append(connection.info.pop("rows", 0))

    def decide_often() -> None:
        nonlocal decided
        while not over.is_set():
            with register.begin() as connection:
                decide(
                    connection, LOCAL_CPO, kpi="mrr", scope=Scope("company", ""), what="We wait."
                )
            decided += 1
            time.sleep(0.02)

    person = threading.Thread(target=decide_often)
    person.start()
    try:
        done = run(register, lease, *many(40_000, seed=1))
    finally:
        over.set()
        person.join()
    assert done.rows_written >= 39_000
    assert max(portions) <= CHUNK
    assert decided > 3


def test_a_wave_of_a_team_survey_is_published_once(register: sa.Engine, lease: Lease) -> None:
    once = ["engagement_score"]
    first = weeks("engagement_score", [7.0, 6.0])
    run(register, lease, first, weeks("mrr", [1.0, 2.0]), once=once)
    later = weeks("engagement_score", [7.4, 6.0, 5.0])
    run(register, lease, later, weeks("mrr", [1.5, 2.0]), once=once)
    with register.connect() as connection:
        frame = read_frame(connection, LOCAL_CPO)
        moved = read_restatements(connection, LOCAL_CPO)
    values = {kpi: part["value"].tolist() for kpi, part in frame.groupby("kpi")}
    assert values == {"engagement_score": [7.0, 6.0, 5.0], "mrr": [1.5, 2.0]}
    assert [restated.kpi for restated in moved] == ["mrr"]
    run(register, lease, weeks("mrr", [1.5, 2.0]), once=once)  # the answers were undone
    run(register, lease, later, weeks("mrr", [1.5, 2.0]), once=once)
    with register.connect() as connection:
        assert read_frame(connection, LOCAL_CPO, kpis=["engagement_score"])["value"].tolist() == [
            7.4, 6.0, 5.0,
        ]  # fmt: skip
