"""What a review begins and ends with: promises due, and what was said and decided in it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.definitions import catalogue_of
from metrics.effect import FELL
from metrics.pages.meeting import Agenda, agenda, likened, stamp
from metrics.pages.product import product_page
from metrics.pages.review import weekly_review
from metrics.pages.six_twelve import six_twelve
from metrics.register.decisions import change, close, decide
from metrics.register.remarks import annotate, comment, mute, withdraw
from metrics.register.review_choice import choose
from metrics.register.targets import from_percent, set_target
from metrics.result import Scope
from metrics.workspace import Workspace
from tests.made_up_review import CALENDAR, publish
from tests.pages.test_review import ATELIER, BALISE, COMPANY, NORD, figures

WEEK = CALENDAR.period(Grain.WEEK, date(2026, 11, 12))
TODAY = date(2026, 11, 17)
EARLIER, NOW = datetime(2026, 10, 20, 9), datetime(2026, 11, 17, 9)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return publish(tmp_path / "meeting", figures())


def held(workspace: Workspace, **asked: object) -> Agenda:
    return agenda(workspace, LOCAL_CPO, week=WEEK, latest=True, today=TODAY, **asked)  # type: ignore[arg-type]


def test_what_is_due_comes_first_with_what_its_kpi_did_since(workspace: Workspace) -> None:
    with workspace.register.begin() as connection:
        for what, kind, day in (
            ("Later", "decision", date(2026, 12, 1)),
            ("No date", "decision", None),
            ("Due today", "decision", TODAY),
            ("Late action", "action", date(2026, 11, 10)),
        ):
            decide(
                connection, LOCAL_CPO, kpi="activation_rate", scope=ATELIER, what=what, kind=kind,
                review_on=day, at=EARLIER,
            )  # fmt: skip
        # Half past midnight in Paris.
        decide(connection, LOCAL_CPO, kpi="activation_rate", scope=ATELIER, what="At night",
               review_on=date(2026, 12, 2), at=datetime(2026, 10, 18, 22, 30))  # fmt: skip
        gone = decide(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="Done",
                      review_on=TODAY, at=EARLIER)  # fmt: skip
        close(connection, LOCAL_CPO, gone.id, seen=1, at=NOW)
    found = held(workspace)
    assert [(each.decision.what, each.days_late) for each in found.due] == [
        ("Late action", 7), ("Due today", 0),
    ]  # fmt: skip
    assert [each.decision.what for each in found.later] == ["Later", "At night", "No date"]
    [night] = [each.effect for each in found.later if each.decision.what == "At night"]
    assert night is not None
    assert (night.since, night.periods) == (date(2026, 10, 19), 3)
    assert found.due[0].effect is None
    effect = found.due[1].effect
    assert effect is not None
    assert (effect.verdict, effect.periods) == (FELL, 3)
    assert [each.what for each in found.closed] == ["Done"]
    assert found.taken == ()


def test_a_meeting_lasts_from_the_end_of_its_week_to_the_end_of_the_next(
    workspace: Workspace,
) -> None:
    with workspace.register.begin() as connection:
        for what, moment in (
            ("before", datetime(2026, 11, 15, 22, 30)),  # 23:30 on Sunday in Paris
            ("first", datetime(2026, 11, 15, 23, 30)),
            ("last", datetime(2026, 11, 22, 22, 30)),
            ("after", datetime(2026, 11, 22, 23, 30)),
        ):
            decide(connection, LOCAL_CPO, kpi="mrr", scope=COMPANY, what=what, at=moment)
            comment(connection, LOCAL_CPO, kpi="mrr", scope=COMPANY, text=what, at=moment)
        comment(connection, LOCAL_CPO, kpi="mrr", scope=COMPANY, period="2026-W46", text="of it",
                at=datetime(2026, 11, 13))  # fmt: skip
    latest = held(workspace)
    assert [each.what for each in latest.taken] == ["first", "last", "after"]
    past = agenda(workspace, LOCAL_CPO, week=WEEK, latest=False, today=TODAY)
    assert [each.what for each in past.taken] == ["first", "last"]
    assert [each.text for each in past.comments] == ["of it", "first", "last"]


def test_a_meeting_can_be_narrowed_to_scopes(workspace: Workspace) -> None:
    with workspace.register.begin() as connection:
        for scope in (ATELIER, NORD, COMPANY):
            decide(connection, LOCAL_CPO, kpi="mrr", scope=scope, what=scope.kind, at=NOW)
            comment(connection, LOCAL_CPO, kpi="", scope=scope, text=scope.kind, at=NOW)
            mute(connection, LOCAL_CPO, kpi="mrr", scope=scope, reason="x",
                 until=date(2030, 1, 1))  # fmt: skip
    found = held(workspace, scopes=[ATELIER, NORD])
    assert [each.what for each in found.taken] == ["product", "squad"]
    assert [each.text for each in found.comments] == ["product", "squad"]
    assert [each.scope for each in found.mutes] == [ATELIER, NORD]


def test_a_decision_like_an_open_one_is_pointed_out(workspace: Workspace) -> None:
    with workspace.register.begin() as connection:
        made = decide(connection, LOCAL_CPO, kpi="activation_rate", scope=ATELIER,
                      what="Roll back the onboarding form")  # fmt: skip

    def like(what: str, but: int | None = None) -> list[int]:
        found = likened(
            workspace, LOCAL_CPO, what=what, kpi="activation_rate", scope=BALISE, but=but
        )
        return [each.decision.id for each in found]

    assert like("Roll the onboarding forms back") == [made.id]
    assert like("Roll the onboarding forms back", but=made.id) == []
    assert like("Call ten customers who left") == []


def test_a_muted_signal_is_told_apart_and_opens_no_subject(workspace: Workspace) -> None:
    before = weekly_review(workspace, LOCAL_CPO, today=TODAY)
    assert [each.reading.scope for each in before.subjects] == [ATELIER]
    assert before.muted == ()
    with workspace.register.begin() as connection:
        made = mute(
            connection, LOCAL_CPO, kpi="activation_rate", scope=ATELIER, reason="A known bug",
            until=date(2026, 12, 1), at=NOW,
        )  # fmt: skip
    found = weekly_review(workspace, LOCAL_CPO, today=TODAY)
    # The company's own fall, which the product's explains, is not told in its place.
    assert (found.subjects, found.unusual, found.attention) == ((), (), 0)
    (hushed,) = found.muted
    assert (hushed.reading.kpi, hushed.reading.scope, hushed.mute) == (
        "activation_rate", ATELIER, made,
    )  # fmt: skip
    assert product_page(workspace, LOCAL_CPO, "atelier", today=TODAY).muted == found.muted
    over = weekly_review(workspace, LOCAL_CPO, today=date(2026, 12, 2))
    assert over.subjects == before.subjects


def test_a_subject_carries_its_decisions_and_the_week_s_comments(workspace: Workspace) -> None:
    with workspace.register.begin() as connection:
        taken = decide(connection, LOCAL_CPO, kpi="activation_rate", scope=ATELIER, what="Wait")
        action = decide(connection, LOCAL_CPO, kpi="activation_rate", scope=ATELIER, what="Ask",
                        kind="action", part_of=taken.id)  # fmt: skip
        said = comment(connection, LOCAL_CPO, kpi="activation_rate", scope=ATELIER, text="A bug",
                       period="2026-W46")  # fmt: skip
        comment(connection, LOCAL_CPO, kpi="activation_rate", scope=ATELIER, text="Old",
                period="2026-W45")  # fmt: skip
    (subject,) = weekly_review(workspace, LOCAL_CPO).subjects
    assert {each.id for each in subject.decisions} == {taken.id, action.id}
    assert subject.decided == 1
    assert subject.comments == (said,)


def test_the_stamp_changes_with_all_that_people_say(workspace: Workspace) -> None:
    seen = set()

    def look() -> None:
        with workspace.register.connect() as connection:
            seen.add(stamp(connection))

    look()
    with workspace.register.begin() as connection:
        made = decide(connection, LOCAL_CPO, kpi="mrr", scope=COMPANY, what="x")
    look()
    with workspace.register.begin() as connection:
        change(connection, LOCAL_CPO, made.id, seen=1, why="y")
    look()
    with workspace.register.begin() as connection:
        said = comment(connection, LOCAL_CPO, kpi="mrr", scope=Scope("company", ""), text="x")
    look()
    with workspace.register.begin() as connection:
        withdraw(connection, LOCAL_CPO, "comment", said.id)
    look()
    with workspace.register.begin() as connection:
        annotate(connection, LOCAL_CPO, kpi="", scope=COMPANY, day=TODAY, text="x")
    look()
    with workspace.register.begin() as connection:
        choose(connection, LOCAL_CPO, ["mrr"])
    look()
    assert len(seen) == 7


def test_charts_carry_what_was_noted_and_what_is_wanted_of_each_period(
    workspace: Workspace,
) -> None:
    catalogue = catalogue_of(workspace)
    with workspace.register.begin() as connection:
        for kpi, scope, day in (
            ("activation_rate", ATELIER, date(2026, 11, 11)),
            ("", COMPANY, date(2026, 10, 6)),
            ("active_users", ATELIER, date(2026, 11, 11)),  # another KPI's
            ("", BALISE, date(2026, 11, 11)),  # another product's
            ("", ATELIER, date(2024, 1, 1)),  # not drawn
        ):
            annotate(connection, LOCAL_CPO, kpi=kpi, scope=scope, day=day, text=f"{kpi} {day}")
        for kpi, period, value in (
            ("activation_rate", "2026-Q4", 0.5), ("activation_rate", "2026-11", 0.55),
            ("revenue", "2026-Q4", 9000), ("revenue", "2026-10", 700),
            ("active_users", "2026-10", 3000), ("active_users", "2026-11", 3000),
        ):  # fmt: skip
            set_target(connection, LOCAL_CPO, catalogue, kpi=kpi, scope=ATELIER, period=period,
                       value=value)  # fmt: skip
        set_target(connection, LOCAL_CPO, catalogue, kpi="activation_rate", scope=ATELIER,
                   period="2026-10", value=0.9, kind="budget")  # fmt: skip
    rate = six_twelve(workspace, LOCAL_CPO, "activation_rate", ATELIER)
    assert [each.day for each in rate.annotations] == [date(2026, 10, 6), date(2026, 11, 11)]
    # A month's target holds for the weeks that end in it, before its quarter's.
    wanted = {point.figure.period: point.target for point in (*rate.weeks, *rate.months)}
    assert wanted["2026-W46"] == wanted["2026-W44"] == 0.55
    assert wanted["2026-W43"] == wanted["2026-10"] == 0.5
    assert wanted["2026-09"] is None
    # What adds up over a quarter is not asked of each of its weeks.
    added = six_twelve(workspace, LOCAL_CPO, "revenue", ATELIER)
    assert [point.target for point in added.months][-2:] == [None, 700]
    # Nor are a month's users asked of each of its weeks.
    users = six_twelve(workspace, LOCAL_CPO, "active_users", ATELIER)
    assert {point.target for point in users.weeks} == {None}
    assert users.months[-1].target == 3000


def test_the_company_chooses_what_it_reviews(workspace: Workspace) -> None:
    with workspace.register.begin() as connection:
        choose(connection, LOCAL_CPO, ["throughput", "active_users", "gone"])
    found = weekly_review(workspace, LOCAL_CPO)
    assert {reading.kpi for reading in found.headline} == {"active_users"}
    with workspace.register.begin() as connection:
        choose(connection, LOCAL_CPO, [])
    found = weekly_review(workspace, LOCAL_CPO)
    assert "activation_rate" in {reading.kpi for reading in found.headline}


def test_a_percentage_is_kept_as_people_write_it() -> None:
    assert [from_percent(number) for number in (45, 7.3, 0.1, 100)] == [0.45, 0.073, 0.001, 1]
