"""What the page of a squad says in words."""

from __future__ import annotations

from datetime import date

from dashboard import absence_sentences, sentences
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.pages.people import SQUAD_ROLES
from metrics.pages.squad import SquadPage

PARTS = {
    "delivery": mark("Delivery"),
    "dependencies": mark("Dependencies and promises"),
    "load": mark("Load"),
    "engagement": mark("Engagement"),
    "skills": mark("Skills against needs"),
}
#: What brings the figures of a part.
DATASETS = {
    "delivery": "work_items",
    "dependencies": "work_items",
    "load": "work_items",
    "engagement": "responses",
    "skills": "skills",
}
TEAM_SURVEY = mark(
    "No engagement answers yet. Import a survey of the teams, by squad, to see engagement; groups "
    "of fewer than five answers are never shown."
)


def identity(voice: Voice, found: SquadPage, today: date) -> list[tuple[str, str]]:
    """Who leads it and who is its PO, with dates; its size and its products."""
    words = voice.words
    facts = []
    for role in SQUAD_ROLES:
        holders = [
            sentences.held_since(voice, person, today)
            for person in found.owners
            if person.role == role
        ]
        title = sentences.role(voice, role)
        facts.append((title[:1].upper() + title[1:], ", ".join(holders) or words.say("vacant")))
    facts.append((words.say("Members"), voice.format.number(len(found.members))))
    facts.append(
        (words.say("Products"), ", ".join(voice.name(each.product) for each in found.serves))
    )
    if found.ended is not None:
        facts.append((words.say("Dissolved"), voice.format.date(found.ended)))
    return facts


def nothing(voice: Voice, part: str) -> str:
    """What to import to see a part of the page."""
    if part == "engagement":
        return voice.words.say(TEAM_SURVEY)
    return absence_sentences.empty(voice, DATASETS[part])
