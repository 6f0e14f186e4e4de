from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from metrics.access import LOCAL_CPO, Role, Viewer
from metrics.errors import VigieError
from metrics.register.remarks import (
    annotate,
    comment,
    mute,
    muted,
    read_annotations,
    read_comments,
    reword,
    said_before,
    withdraw,
)
from metrics.register.review_choice import choices, choose, chosen
from metrics.register.tables import comments, mutes
from metrics.result import Scope

ATELIER, COMPANY = Scope("product", "atelier"), Scope("company", "")
NOW = datetime(2026, 11, 16, 9)


def test_comments_are_kept_by_kpi_scope_and_period(register: sa.Engine) -> None:
    with register.begin() as connection:
        first = comment(
            connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, period="2026-W46", said_by="c-morel",
            text=" One account left. ", at=NOW,
        )  # fmt: skip
        second = comment(connection, LOCAL_CPO, kpi="", scope=COMPANY, text="A calm week.", at=NOW)
    assert (first.text, first.said_by) == ("One account left.", "c-morel")
    with register.connect() as connection:
        assert read_comments(connection, LOCAL_CPO) == [first, second]
        assert read_comments(connection, LOCAL_CPO, scopes=[COMPANY]) == [second]
        assert read_comments(connection, LOCAL_CPO, kpis=["mrr"], periods=["2026-W46"]) == [first]
        assert read_comments(connection, LOCAL_CPO, periods=["2026-W45"]) == []


def test_a_remark_is_withdrawn_once_and_stays_in_the_register(register: sa.Engine) -> None:
    with register.begin() as connection:
        made = comment(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, text="?", at=NOW)
        withdraw(connection, Viewer("c-morel", Role.CPO), "comment", made.id, at=NOW)
        assert read_comments(connection, LOCAL_CPO) == []
        row = connection.execute(sa.select(comments)).one()
        assert (row.text, row.withdrawn_by) == ("?", "c-morel")
        with pytest.raises(VigieError, match="comment no longer stands"):
            withdraw(connection, LOCAL_CPO, "comment", made.id)
        with pytest.raises(VigieError, match="kind of remark"):
            withdraw(connection, LOCAL_CPO, "opinion", made.id)


def test_annotations_are_read_by_day(register: sa.Engine) -> None:
    with register.begin() as connection:
        late, early = (
            annotate(connection, LOCAL_CPO, kpi="", scope=ATELIER, day=day, text=text, at=NOW)
            for day, text in ((date(2026, 10, 5), "New price"), (date(2026, 9, 1), "Campaign"))
        )
        assert read_annotations(connection, LOCAL_CPO) == [early, late]
        assert read_annotations(connection, LOCAL_CPO, since=date(2026, 9, 2)) == [late]
        assert read_annotations(connection, LOCAL_CPO, until=date(2026, 9, 2)) == [early]


def test_a_mute_holds_until_its_day_and_the_newest_one_counts(register: sa.Engine) -> None:
    until = date(2026, 12, 1)
    with register.begin() as connection:
        mute(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, reason="Known", until=until, at=NOW)
        held = mute(
            connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, reason="Migration", until=until, at=NOW
        )
        other = mute(connection, LOCAL_CPO, kpi="nps", scope=ATELIER, reason="x", until=until,
                     at=NOW)  # fmt: skip
        assert muted(connection, LOCAL_CPO, on=until) == [held, other]
        assert muted(connection, LOCAL_CPO, on=date(2026, 12, 2)) == []
        assert len(connection.execute(sa.select(mutes)).all()) == 3
        with pytest.raises(VigieError, match="has passed"):
            mute(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, reason="x",
                 until=date(2026, 11, 14), at=NOW)  # fmt: skip


def test_remarks_need_words_and_a_scope_in_sight(register: sa.Engine) -> None:
    person = Scope("person", "x")
    with register.begin() as connection:
        with pytest.raises(VigieError, match="comment needs words"):
            comment(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, text=" ")
        with pytest.raises(VigieError, match="may not speak of a person"):
            annotate(connection, LOCAL_CPO, kpi="", scope=person, day=date(2026, 1, 1), text="x")
        with pytest.raises(VigieError, match="mute needs words"):
            mute(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, reason="",
                 until=date(2030, 1, 1))  # fmt: skip


def test_the_review_s_kpis_are_the_newest_choice(register: sa.Engine) -> None:
    with register.begin() as connection:
        assert chosen(connection) is None
        choose(connection, LOCAL_CPO, ["mrr", "nps", "mrr"], at=NOW)
        last = choose(connection, Viewer("c-morel", Role.CPO), ["nps"], at=NOW)
        assert chosen(connection) == last
        assert [each.kpis for each in choices(connection)] == [("mrr", "nps"), ("nps",)]
        with pytest.raises(VigieError, match="21 KPIs are more than a review can hold"):
            choose(connection, LOCAL_CPO, [f"kpi{number}" for number in range(21)])


def test_a_remark_is_reworded_beside_what_was_said_before(register: sa.Engine) -> None:
    later, morel = datetime(2026, 11, 17, 9), Viewer("c-morel", Role.CPO)
    with register.begin() as connection:
        made = comment(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, period="2026-W46",
                       text="One account left.", at=NOW)  # fmt: skip
        held = reword(connection, morel, "comment", made.id, text=" Two accounts left. ", at=later)
        assert read_comments(connection, LOCAL_CPO) == [held]
        assert (held.text, held.period) == ("Two accounts left.", "2026-W46")
        assert (held.said_by, held.written_by) == ("local", "c-morel")
        (before,) = said_before(connection, LOCAL_CPO, "comment", "mrr", ATELIER)
        assert (before.id, before.text, before.written_by) == (
            made.id, "One account left.", "local",
        )  # fmt: skip
        assert (before.withdrawn_at, before.withdrawn_by) == (later, "c-morel")
        with pytest.raises(VigieError, match="comment no longer stands"):
            reword(connection, LOCAL_CPO, "comment", made.id, text="Again")
        assert said_before(connection, LOCAL_CPO, "comment", "mrr", COMPANY) == []


def test_what_is_reworded_without_words_stays_as_it_was(register: sa.Engine) -> None:
    with register.begin() as connection:
        made = annotate(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, day=date(2026, 10, 5),
                        text="New price", at=NOW)  # fmt: skip
    with pytest.raises(VigieError, match="annotation needs words"), register.begin() as connection:
        reword(connection, LOCAL_CPO, "annotation", made.id, text=" ")
    with register.begin() as connection:
        assert read_annotations(connection, LOCAL_CPO) == [made]
        held = reword(connection, LOCAL_CPO, "annotation", made.id, day=date(2026, 10, 6), kpi="")
        assert (held.day, held.kpi, held.text) == (date(2026, 10, 6), "", "New price")


def test_a_mute_is_reworded_in_its_place(register: sa.Engine) -> None:
    until = date(2026, 12, 1)
    with register.begin() as connection:
        made = mute(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, reason="Known", until=until,
                    at=NOW)  # fmt: skip
        held = reword(connection, LOCAL_CPO, "mute", made.id, until=date(2026, 12, 8), at=NOW)
        assert muted(connection, LOCAL_CPO, on=until) == [held]
        assert (held.reason, held.until) == ("Known", date(2026, 12, 8))
