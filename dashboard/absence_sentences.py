"""What is missing or left out, in words, and what would bring it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from dashboard import definition_sentences, sentences
from dashboard.glossary import TOPICS
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.belonging import Word
from metrics.errors import Mistake
from metrics.pages.portfolio import CONTRIBUTION, SIZE, Holding
from metrics.pages.review_facts import MissingData

#: Definitions named in the line that says which cannot be used.
BROKEN_SHOWN = 5
#: Products or squads named of those that miss the same data.
NAMED = 6
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


def alike(voice: Voice, facts: Iterable[MissingData]) -> list[list[MissingData]]:
    """What is missing of the same data since the same day, last imported on the same day,
    together, and other data that the same ones miss alike; in the order given."""
    groups: dict[tuple[object, ...], list[MissingData]] = {}
    for fact in facts:
        last = fact.last_import and sentences.local(voice, fact.last_import).date()
        groups.setdefault((fact.dataset, fact.since, last), []).append(fact)
    of_the_same: dict[tuple[object, ...], list[MissingData]] = {}
    for (_, *when), group in groups.items():
        whose = frozenset(fact.name for fact in group)
        of_the_same.setdefault((whose, *when), []).extend(group)
    return list(of_the_same.values())


def missing(voice: Voice, group: Sequence[MissingData], today: date) -> str:
    """ "Atelier · usage: no data since Thursday 12 (tracking, last export 11 Nov). …"; of what
    `alike` puts together, the first who miss it are named, and all that they miss."""
    fact = group[0]
    names = list(dict.fromkeys(each.name for each in group))
    datasets = list(dict.fromkeys(each.dataset for each in group))
    if fact.last_import is None:
        last = voice.words.say("never imported")
    else:
        day = sentences.local(voice, fact.last_import).date()
        last = voice.words.say(
            "last export {day}", day=voice.format.date(day, year=day.year != today.year)
        )
    return voice.words.say(
        "{name} · {topic}: no data {since} ({source}, {last}). Not counted as a fall.",
        name=_first(voice, names),
        topic=", ".join(dict.fromkeys(_topic(voice, dataset) for dataset in datasets)),
        since=voice.format.since(fact.since, today),
        source=", ".join(dict.fromkeys(_source(voice, dataset) for dataset in datasets)),
        last=last,
    )


def _topic(voice: Voice, dataset: str) -> str:
    """What data tell of: "usage"; of figures, which."""
    name, _, metric = dataset.partition(":")
    if metric:
        return definition_sentences.metric_name(voice, dataset)
    return voice.words.say(TOPICS[name][0] if name in TOPICS else name)


def _source(voice: Voice, dataset: str) -> str:
    """Where such data come from: "tracking"."""
    name = dataset.partition(":")[0]
    return voice.words.say(TOPICS[name][1] if name in TOPICS else name)


def waiting(voice: Voice, found: Sequence[Word]) -> str:
    """Which names nobody has placed, the first with how many rows bear them: "BOU (38 rows), …"."""
    words = voice.words
    names = [
        words.count("{name} ({n} row)", "{name} ({n} rows)", each.rows, name=each.word)
        for each in found
    ]
    return words.count(
        "{n} name that a tool uses stands for nobody yet, and its rows for no product or squad: "
        "{named}.",
        "{n} names that tools use stand for nobody yet, and their rows for no product or squad: "
        "{named}.",
        len(found),
        named=_first(voice, names),
    )


def _first(voice: Voice, names: Sequence[str]) -> str:
    """The first of many names, and how many more there are."""
    named = ", ".join(names[:NAMED])
    if (more := len(names) - NAMED) > 0:
        return voice.words.count("{named} and {n} more", "{named} and {n} more", more, named=named)
    return named


def empty(voice: Voice, dataset: str) -> str:
    """What to import to see what a dataset tells: "No subscriptions yet. Import a Stripe …"."""
    return voice.words.say(EMPTY[dataset])


def to_bring(voice: Voice, dataset: str) -> str:
    """The same without saying that it is not there: "Import a Stripe …"."""
    return empty(voice, dataset).partition(". ")[2]


def no_growth(voice: Voice, company: Holding) -> str:
    """Why the growth of a year cannot be split between products, once there is revenue to split."""
    figure = company.figure(CONTRIBUTION)
    if company.value(SIZE) is None and (figure is None or figure.reason != "history_begins"):
        return empty(voice, "subscriptions")
    return voice.words.say(
        "Contribution to growth over a year: {reason}.",
        reason=sentences.reason(voice, figure),
    )
