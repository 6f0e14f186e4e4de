"""What is missing or left out, in words, and what would bring it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard import sentences
from dashboard.glossary import TOPICS
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.errors import Mistake
from metrics.pages.review_facts import MissingData

#: Definitions named in the line that says which cannot be used.
BROKEN_SHOWN = 5
EMPTY = {
    "events": mark(
        "No usage yet. Import product events from Mixpanel, PostHog or a CSV export to see "
        "active users and activation."
    ),
    "work_items": mark(
        "No delivery yet. Import a Jira, Linear or CSV export to see cycle time and sprints."
    ),
    "subscriptions": mark("No subscriptions yet. Import a Stripe or CSV export to see MRR."),
    "ledger": mark("No accounts yet. Import the accounting ledger (FEC) to see margins."),
    "responses": mark(
        "No survey answers yet. Import a Typeform, Google Forms or CSV export to see NPS."
    ),
    "deals": mark("No deals yet. Import a HubSpot or CSV export to see the win rate."),
    "deployments": mark("No deployments yet. Import a CSV export to see the DORA figures."),
    "skills": mark("No skills yet. Import a skills matrix to see coverage and bus factor."),
    "survey_waves": mark("No invitations yet. Import a CSV of survey waves to see participation."),
}
#: A page that nothing is known for yet, and what brings it.
NOBODY = {
    "products": mark("No product yet."),
    "squads": mark("No squad yet."),
    "ownerships": mark("Nobody holds a role yet."),
}
BRING = {
    "products": mark("Import products.csv, one line a product, to see them."),
    "squads": mark(
        "Import squads.csv, with assignments.csv and memberships.csv, to see what each works on."
    ),
    "ownerships": mark(
        "Import ownerships.csv, which says who holds which role for what, and since when."
    ),
}


def broken(voice: Voice, mistakes: Sequence[Mistake]) -> str:
    """Which definitions are left out, and what that means for their figures."""
    names = [
        voice.label(mistake.name)
        if mistake.name in voice.catalogue
        else mistake.name or mistake.place
        for mistake in mistakes
    ]
    shown = ", ".join(names[:BROKEN_SHOWN]) + (", …" if len(names) > BROKEN_SHOWN else "")
    return voice.words.count(
        "{n} definition cannot be used: {names}. Figures already published stay as they were; "
        "'vigie check' says what to mend.",
        "{n} definitions cannot be used: {names}. Figures already published stay as they were; "
        "'vigie check' says what to mend.",
        len(names),
        names=shown,
    )


def missing(voice: Voice, fact: MissingData, today: date) -> str:
    """ "Atelier · usage: no data since Thursday 12 (tracking, last import 11 Nov). …"."""
    dataset, _, metric = fact.dataset.partition(":")
    topic, source = TOPICS.get(dataset, (dataset, dataset))
    topic = metric or topic
    if fact.last_import is None:
        last = voice.words.say("never imported")
    else:
        day = sentences.local(voice, fact.last_import).date()
        last = voice.words.say(
            "last import {day}", day=voice.format.date(day, year=day.year != today.year)
        )
    return voice.words.say(
        "{name} · {topic}: no data {since} ({source}, {last}). Not counted as a fall.",
        name=fact.name,
        topic=voice.words.say(topic),
        since=voice.format.since(fact.since, today),
        source=voice.words.say(source),
        last=last,
    )


def empty(voice: Voice, dataset: str) -> str:
    """What to import to see what a dataset tells: "No subscriptions yet. Import a Stripe …"."""
    return voice.words.say(EMPTY[dataset])
