"""Answers and feedback whose numbers begin again in every file keep apart; the same one imported
again is still the same."""

from __future__ import annotations

import pytest

from metrics import warehouse
from metrics.engines import open_facts
from metrics.importing.report import ImportOptions

ASKED = "Response ID,Timestamp,Product,How likely are you to recommend us?\n"
FEEDBACK = "id,opened,product,text,status\n"


def answers(month: int, score: int, product: str = "Alpha") -> str:
    return ASKED + "".join(
        f"{number},2026-{month:02}-{number + 1:02} 10:00:00,{product},{score}\n"
        for number in range(1, 9)
    )


def items(product: str, moment: str = "", state: str = "open") -> str:
    return FEEDBACK + "".join(
        f"{number},2026-02-{number + 1:02}{moment},{product},slow page {number},{state}\n"
        for number in range(1, 9)
    )


def test_numbers_that_begin_again_in_each_wave_erase_no_wave(desk):
    desk.land("nps Q1 2026-03-01.csv", answers(2, 10))
    report = desk.land("nps Q2 2026-06-01.csv", answers(5, 3)).report
    assert report.rows.replaced == 0
    desk.land("nps beta 2026-06-02.csv", answers(5, 7, "Beta"))
    found = "select stream, wave, count(*), count(distinct response_id) from responses group by all"
    assert sorted(desk.rows(found)) == [
        ("Alpha", "2026-02", 8, 8), ("Alpha", "2026-05", 8, 8), ("Beta", "2026-05", 8, 8),
    ]  # fmt: skip
    assert desk.rows("select count(distinct response_id) from responses") == [(24,)]
    # Taken again, a wave is the same answers.
    report = desk.land("nps Q1 2026-07-01.csv", answers(2, 9)).report
    assert report.rows.replaced == 8
    assert desk.rows("select count(*), sum(score) from responses where wave = '2026-02'") == [
        (8, 72)
    ]
    # One that was taken before what counts changes nothing, and says so.
    report = desk.land("nps Q1 2026-04-01.csv", answers(2, 1)).report
    [told] = [each for each in report.problems if each.reason == "outdated_rows"]
    assert (report.rows.loaded, report.rows.skipped, told.rows) == (0, 8, 8)
    assert told.details == {"import_id": "4"}


def test_an_answer_that_takes_the_place_of_another_days_is_told(desk):
    """A second wave within one month, numbered from 1 again: nothing tells it from the first."""
    desk.land("nps 2026-02-12.csv", answers(2, 10))
    later = answers(2, 3).replace("2026-02-0", "2026-02-1")
    problems = {
        each.reason: each for each in desk.land("nps 2026-03-01.csv", later).report.problems
    }
    assert problems["moved_rows"].rows == 8
    again = desk.land("nps 2026-03-02.csv", later.replace(",3\n", ",4\n")).report
    assert "moved_rows" not in {each.reason for each in again.problems}


@pytest.mark.parametrize(("moment", "both"), [("", True), (" 10:07:31", False)])
def test_feedback_of_two_products_with_the_same_numbers(desk, moment, both):
    """With a day alone they are two items; a helpdesk's own, with its moment, moved to Beta."""
    desk.land("feedback a 2026-03-01.csv", items("Alpha", moment))
    report = desk.land("feedback b 2026-03-02.csv", items("Beta", moment)).report
    assert report.rows.replaced == (0 if both else 8)
    assert ("moved_rows" in {each.reason for each in report.problems}) == (not both)
    found = dict(desk.rows("select stream, count(*) from feedback group by stream"))
    assert found == ({"Alpha": 8, "Beta": 8} if both else {"Beta": 8})
    desk.land("feedback b 2026-03-03.csv", items("Beta", moment, "closed"), ImportOptions())
    states = desk.rows("select status, count(*) from feedback where stream = 'Beta' group by 1")
    assert states == [("resolved", 8)]


def test_rows_of_an_older_warehouse_are_named_as_new_ones_are(desk, tmp_path):
    desk.land("nps 2026-03-01.csv", answers(2, 10))
    desk.land("feedback 2026-03-01.csv", items("Alpha"))
    named = desk.rows("select response_id, wave, stream, day from responses order by day")
    fed = desk.rows("select feedback_id, day from feedback order by day")
    with open_facts(tmp_path / "older.duckdb", read_only=False) as older:
        for version, name, sql in warehouse.migrations():
            if version == 17:
                older.execute(
                    "insert into landed_responses by name select 1 as import_id, 'x' as source, "
                    "now()::timestamp as observed_at, 'k' as response_id, 'q' as question, "
                    "'nps' as kind, '2026-02' as wave, date '2026-02-02' as day, "
                    "'Alpha' as stream, "
                    "1 as score, 0 as scale_min, 10 as scale_max"
                )
                older.execute(
                    "insert into landed_feedback by name select 1 as import_id, 'x' as source, "
                    "now()::timestamp as observed_at, '1' as feedback_id, 'verbatim' as kind, "
                    "'Alpha' as stream, timestamp '2026-02-01 23:00' as opened_at, "
                    "date '2026-02-02' as day"
                )
            older.execute(sql)
            assert name
        [(response,)] = older.execute("select response_id from landed_responses").fetchall()
        [(expected,)] = older.execute(
            "select response_named('k', 'nps', '2026-02', date '2026-02-02', 'Alpha')"
        ).fetchall()
        assert response == expected != "k"
        [(item,)] = older.execute("select feedback_id from landed_feedback").fetchall()
    assert item == fed[0][0]
    assert len({each[0] for each in named}) == 8
