from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from metrics import access
from metrics.access import LOCAL_CPO, Role
from metrics.register.restatements import read_restatements
from metrics.register.series import current_publication, read_figures, read_frame, read_signals
from metrics.register.state import State, flip
from metrics.register.tables import figures, restatements, series, signals
from metrics.result import Scope

MONDAY = date(2026, 11, 9)


@pytest.fixture
def filled(register: sa.Engine) -> sa.Engine:
    keys: list[dict[str, Any]] = [
        {"kpi": "mrr", "scope_kind": "product", "scope": "atelier", "grain": "month"},
        {"kpi": "active_users", "scope_kind": "product", "scope": "atelier", "grain": "week"},
        {"kpi": "active_users", "scope_kind": "company", "scope": "", "grain": "week"},
        {"kpi": "active_users", "scope_kind": "person", "scope": "c-morel", "grain": "week"},
        {
            "kpi": "active_users",
            "scope_kind": "company",
            "scope": "",
            "grain": "week",
            "dimension": "country",
            "member": "FR",
        },
    ]
    with register.begin() as connection:
        for number, key in enumerate(keys, 1):
            connection.execute(
                sa.insert(series),
                [{"id": number, "definition": "d", "dimension": "", "member": ""} | key],
            )
            for week in range(3):
                start = MONDAY - timedelta(7 * week)
                connection.execute(
                    sa.insert(figures).values(
                        series_id=number,
                        start=start,
                        from_publication=1,
                        end=start + timedelta(6),
                        period=f"p{week}",
                        value=number + week / 10,
                        n=week or None,
                        closed=week > 0,
                        reason=None if week else "not_closed",
                        members="m",
                    )
                )
            connection.execute(
                sa.insert(signals).values(
                    series_id=number,
                    start=MONDAY,
                    rule=1,
                    from_publication=1,
                    direction=-1,
                    centre=5.0,
                    lower=4.0,
                    upper=6.0,
                    provisional=True,
                )
            )
        flip(connection, State(1, 1))
    return register


def keys_of(connection: sa.Connection, **options: Any) -> list[tuple[str, ...]]:
    found = read_figures(connection, LOCAL_CPO, **options)
    frame = read_frame(connection, LOCAL_CPO, **options)
    assert frame["value"].tolist() == [figure.value for figure in found]
    assert frame["start"].dt.date.tolist() == [figure.start for figure in found]
    return [(f.kpi, *f.scope, f.dimension, f.period) for f in found]


def test_figures_come_in_order_without_what_the_viewer_may_not_see(filled: sa.Engine) -> None:
    with filled.connect() as connection:
        assert keys_of(connection) == [
            (kpi, kind, scope, "", period)
            for kpi, kind, scope in (
                ("active_users", "company", ""),
                ("active_users", "product", "atelier"),
                ("mrr", "product", "atelier"),
            )
            for period in ("p2", "p1", "p0")
        ]


def test_who_may_see_nothing_reads_nothing(
    filled: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(access.VISIBLE_SCOPES, Role.CPO, frozenset())
    with filled.connect() as connection:
        assert keys_of(connection, dimensions=None) == []
        assert read_signals(connection, LOCAL_CPO, dimensions=None).empty
        assert read_frame(connection, LOCAL_CPO)["closed"].dtype == bool


def test_the_filters(filled: sa.Engine) -> None:
    with filled.connect() as connection:
        assert {key[0] for key in keys_of(connection, kpis=["mrr"])} == {"mrr"}
        company = [Scope("company", "")]
        assert len(keys_of(connection, scopes=company)) == 3
        assert len(keys_of(connection, scopes=company, dimensions=None)) == 6
        assert {key[3] for key in keys_of(connection, dimensions=["country"])} == {"country"}
        assert {key[0] for key in keys_of(connection, grains=["month"])} == {"mrr"}
        last_two = keys_of(connection, kpis=["mrr"], since=MONDAY - timedelta(7), until=MONDAY)
        assert [key[-1] for key in last_two] == ["p1", "p0"]
        assert keys_of(connection, kpis=[]) == []
        assert keys_of(connection, scopes=[]) == []


def test_a_figure_is_whole_and_typed(filled: sa.Engine) -> None:
    with filled.connect() as connection:
        *_, figure = read_figures(connection, LOCAL_CPO, kpis=["mrr"])
        assert figure.end == MONDAY + timedelta(6)
        assert (figure.closed, figure.reason, figure.n) == (False, "not_closed", None)
        frame = read_frame(connection, LOCAL_CPO, kpis=["mrr"])
    assert frame["closed"].tolist() == [True, True, False]
    assert frame["reason"].tolist() == [None, None, "not_closed"]
    assert frame["n"].tolist()[:2] == [2.0, 1.0]
    assert pd.api.types.is_datetime64_any_dtype(frame["end"])
    assert list(frame.columns)[:7] == [
        "kpi",
        "scope_kind",
        "scope",
        "grain",
        "dimension",
        "member",
        "start",
    ]


def test_signals_carry_their_limits(filled: sa.Engine) -> None:
    with filled.connect() as connection:
        found = read_signals(connection, LOCAL_CPO, kpis=["mrr"])
    (row,) = found.to_dict("records")
    assert (row["rule"], row["direction"], row["lower"], row["upper"]) == (1, -1, 4.0, 6.0)
    assert row["provisional"] is True


def test_a_publication_is_read_as_it_was(filled: sa.Engine) -> None:
    with filled.begin() as connection:
        connection.execute(
            sa.update(figures).where(figures.c.series_id == 1).values(to_publication=2)
        )
        before = keys_of(connection)
        flip(connection, State(1, 2))
        assert len(keys_of(connection)) == len(before) - 3
        assert keys_of(connection, publication=1) == before
        assert current_publication(connection).id == 2


def test_restatements_obey_the_viewer_and_the_publication(filled: sa.Engine) -> None:
    with filled.connect() as connection:
        connection.exec_driver_sql("pragma foreign_keys = off")
        connection.execute(
            sa.insert(restatements),
            [
                {
                    "publication_id": publication,
                    "series_id": number,
                    "start": MONDAY,
                    "old": 1.0,
                    "new": 2.0,
                    "cause": "undo",
                    "cause_detail": "import 3",
                }
                for publication, number in ((1, 1), (1, 4), (2, 2))
            ],
        )
        found = read_restatements(connection, LOCAL_CPO)
        assert [(r.kpi, r.scope, r.publication) for r in found] == [
            ("mrr", Scope("product", "atelier"), 1)
        ]
        assert len(read_restatements(connection, LOCAL_CPO, publication=2)) == 2
