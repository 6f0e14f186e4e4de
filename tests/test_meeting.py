"""What a review begins and ends with: promises due, and what was said and decided in it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from metrics.access import LOCAL_CPO
from metrics.calendar import Grain
from metrics.effect import FELL
from metrics.meeting import Agenda, agenda, likened, stamp
from metrics.register.decisions import change, close, decide
from metrics.register.remarks import annotate, comment, mute, withdraw
from metrics.register.review_choice import choose
from metrics.result import Scope
from metrics.review import product_page, weekly_review
from metrics.workspace import Workspace
from tests.made_up_review import CALENDAR, publish
from tests.test_review import ATELIER, BALISE, COMPANY, NORD, figures

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
        gone = decide(connection, LOCAL_CPO, kpi="mrr", scope=ATELIER, what="Done",
                      review_on=TODAY, at=EARLIER)  # fmt: skip
        close(connection, LOCAL_CPO, gone.id, seen=1, at=NOW)
    found = held(workspace)
    assert [(each.decision.what, each.days_late) for each in found.due] == [
        ("Late action", 7), ("Due today", 0),
    ]  # fmt: skip
    assert [each.decision.what for each in found.later] == ["Later", "No date"]
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
