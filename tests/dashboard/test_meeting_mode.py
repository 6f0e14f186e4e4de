"""The review on a wall, and the tables of a meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dashboard import meeting_tables
from metrics.pages.portfolio import EXPECTED, PROGRESS, Holding
from metrics.pages.slipping import Slip
from metrics.reading import Reading
from metrics.result import Figure, Scope
from tests.dashboard import facts
from tests.dashboard.test_pages import plain, texts
from tests.made_up_review import CATALOGUE
from tests.pages.test_slipping import initiative

ATELIER = Scope("product", "atelier")


def holding(progress: float | None, expected: float | None) -> Holding:
    def reading(kpi: str, value: float | None) -> Reading:
        figure = Figure(kpi, ATELIER, "week", "2026-W46", date(2026, 11, 9), date(2026, 11, 15),
                        value)  # fmt: skip
        return Reading(kpi, ATELIER, figure, None, None, None, None, "steady", ())

    return Holding(
        ATELIER, {PROGRESS: reading(PROGRESS, progress), EXPECTED: reading(EXPECTED, expected)}
    )


@pytest.mark.parametrize(
    ("progress", "expected", "pace"),
    [
        (0.31, 0.5, "▼ behind (−19 points)"),
        (0.52, 0.5, "· on pace (+2 points)"),
        (0.7, 0.5, "▲ ahead (+20 points)"),
        (0.7, None, ""),
    ],
)
def test_objectives_stand_beside_what_the_date_asks_for(progress, expected, pace):
    voice = replace(facts.voice("en"), catalogue=CATALOGUE)
    frame = meeting_tables.objectives([holding(progress, expected), holding(None, 0.5)], voice)
    assert [plain(text) for text in frame["pace"]] == [pace]
    assert list(frame["name"]) == ["Atelier"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "▼ 15 days late, moved by 1 day"), ("fr", "▼ 15 jours de retard, repoussée de 1 jour")],
)
def test_a_slip_says_by_how_much(language, said):
    slip = Slip(initiative("a", date(2026, 11, 1), date(2026, 11, 2)), 15, 1)
    frame = meeting_tables.slips([slip], facts.voice(language))
    assert frame["slip"][0] == said
    assert frame["product"][0] == "Atelier"


def test_a_meeting_shows_one_topic_and_turns_over(play):
    page = play(lang="EN", meeting="true")
    assert not page.exception
    options = page.selectbox(key="topic_choice").options
    assert options[0] == "1/5 · Where we stand"
    assert options[-1] == "5/5 · Decisions"
    assert page.button(key="turn_Left").disabled
    assert not page.dataframe
    told = texts(page)
    assert any(text.startswith("Week 46: 3 of 41 KPIs") for text in told)

    page.button(key="turn_Right").click().run()
    told = " | ".join(texts(page))
    assert "Atelier · Activation" in told
    assert "Week 46: 3 of 41" not in told
    assert page.query_params["topic"] == "2"


def test_a_link_opens_a_meeting_at_its_topic(play):
    page = play(lang="FR", meeting="true", topic="5")
    assert not page.exception
    assert page.button(key="turn_Right").disabled
    assert any("Rien n’a été décidé." in text for text in texts(page))
