"""What a meeting's pages and minutes say, in both languages, and what they never let through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from dashboard import meeting_sentences as told
from dashboard import minutes, side_sentences, spreadsheet
from metrics.calendar import Grain
from metrics.effect import FELL, ROSE, STEADY, TOO_EARLY, UNTOLD, Effect
from metrics.outlook import Outlook
from metrics.pages.meeting import Agenda, Promise
from metrics.pages.review_facts import Muted
from metrics.reading import Limits
from metrics.register.decisions import Decision
from metrics.register.remarks import Comment, Mute
from metrics.result import Scope
from tests.dashboard import facts
from tests.dashboard.test_pages import plain

ATELIER = Scope("product", "atelier")
HOSTILE = "=1+1 <script>alert(1)</script> [a](http://b) *x*\n# title"
DECISION = Decision(
    4, "activation_rate", ATELIER, "Roll back the form", "Users leave", "c-morel",
    date(2026, 11, 12), datetime(2026, 10, 12, 9), "local", expected="+5 points", towards=1,
)  # fmt: skip
LATEST = facts.figure("activation_rate", ATELIER, facts.WEEK, 0.413)
USUAL = Limits(0.48, 0.44, 0.52, False)


def effect(verdict: str) -> Effect:
    known = verdict not in (TOO_EARLY, UNTOLD)
    return Effect(
        "activation_rate", date(2026, 10, 12), verdict, 4, USUAL if known else None,
        None if verdict == TOO_EARLY else LATEST,
    )  # fmt: skip


def agenda(*taken: Decision, **more: object) -> Agenda:
    whole = Agenda(date(2026, 11, 17), (), (), taken, (), (), ())
    return replace(whole, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "late", "said"),
    [
        ("en", 5, "Atelier · Activation (due 12 Nov, 5 days late): Roll back the form. "
         "Owner: C. Morel. Expected: +5 points. Since 12 Oct it fell by more than chance (usual "
         "range 44–52 %); 41.3 % (Week 46, 2026). The opposite was expected."),
        ("fr", 1, "Atelier · Activation (échéance 12 nov., 1 jour de retard) : Roll back the form. "
         "Responsable : C. Morel. Attendu : +5 points. Depuis le 12 oct., baisse que le hasard "
         "n’explique pas (plage habituelle 44–52 %) ; 41,3 % (Semaine 46, 2026). C’est l’inverse "
         "qui était attendu."),
    ],
)  # fmt: skip
def test_a_promise_says_when_who_and_what_became_of_it(language: str, late: int, said: str) -> None:
    found = told.promise(facts.voice(language), Promise(DECISION, late, effect(FELL)))
    assert plain(found).replace("- ", "-") == said


@pytest.mark.parametrize(
    ("verdict", "ends"),
    [
        (ROSE, "41.3 % (Week 46, 2026). As expected."),
        (STEADY, "41.3 % (Week 46, 2026): no effect to be seen."),
        (TOO_EARLY, "Too early to tell: no period has closed since."),
        (UNTOLD, "41.3 % (Week 46, 2026); too short a history to tell what is usual."),
    ],
)
def test_an_effect_is_told_as_it_was_judged(verdict: str, ends: str) -> None:
    said = plain(told.effect(facts.voice("en"), DECISION, effect(verdict)))
    assert said.endswith(ends)
    neutral = replace(DECISION, towards=0)
    assert "xpected" not in told.effect(facts.voice("en"), neutral, effect(verdict))


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("en", ["Decisions", "Actions", "Closed", "Subjects", "Said", "Not talked about"]),
        ("fr", ["Décisions", "Actions", "Clos", "Sujets", "Commentaires", "En sourdine"]),
    ],
)
def test_minutes_read_back_the_meeting(language: str, headings: list[str]) -> None:
    review = facts.review()
    mute = Mute(1, "nps", ATELIER, "A known bug", date(2026, 12, 1), datetime(2026, 11, 17), "x")
    review = replace(review, muted=(Muted(review.subjects[0].reading, mute),))
    said = Comment(1, "nps", ATELIER, "2026-W46", "A bug", "c-morel", datetime(2026, 11, 17), "x")
    action = replace(DECISION, id=5, kind="action", what="Ask three users")
    gone = replace(DECISION, id=6, status="closed", what="Old one", note="It worked")
    held = agenda(DECISION, action, closed=(gone,), comments=(said,))
    text = minutes.markdown(facts.voice(language), review, held)
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == headings
    for part in ("Roll back the form", "Ask three users", "It worked", "A bug", "C. Morel"):
        assert part in text


def test_minutes_of_a_meeting_without_a_decision_say_so() -> None:
    text = minutes.markdown(facts.voice("en"), facts.review(), agenda())
    assert "Nothing was decided." in text


def test_what_people_write_is_never_markup_nor_a_formula() -> None:
    hostile = replace(DECISION, what=HOSTILE, why=HOSTILE, owner=HOSTILE)
    text = minutes.markdown(facts.voice("en"), facts.review(), agenda(hostile))
    assert "<script" not in text.replace("\\<script", "")
    assert "\n# title" not in text
    assert "[a]" not in text.replace("\\[a\\]", "")
    rows = spreadsheet.as_csv(minutes.table(facts.voice("en"), agenda(hostile))).decode("utf-8-sig")
    assert ",=1+1" not in rows.replace('"', "")
    assert "'=1+1" in rows


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "Q4 2026: MRR is heading for €245 k, 2 % below budget, 40 % above the prior year.",
        ),
        (
            "fr",
            "T4 2026 : MRR, atterrissage à 245 k€, 2 % sous le budget, 40 % au-dessus de N-1.",
        ),
    ],
)
def test_a_landing_stands_beside_budget_and_prior_year(language: str, said: str) -> None:
    quarter = facts.CALENDAR.period(Grain.QUARTER, date(2026, 11, 12))
    found = Outlook(
        "mrr", facts.COMPANY, quarter, 2, None, None, 245_000.0, 240_000.0, 250_000.0, 175_000.0,
        None, 250_000.0, None, -5_000.0, None, None,
    )  # fmt: skip
    told_so = plain(side_sentences.landing(facts.voice(language), found))
    assert told_so.replace("k €", "k€") == said
    rate = replace(found, kpi="win_rate", landing=0.34, budget=0.4, prior_year=None)
    assert "6 points" in plain(side_sentences.landing(facts.voice(language), rate))
