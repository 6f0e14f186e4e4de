"""What the page *prepare* says in words."""

from __future__ import annotations

from datetime import date

from dashboard import definition_sentences, import_sentences, sentences
from dashboard.glossary import DATASETS, TOPICS
from dashboard.voice import Voice
from metrics.pages.preparation import Owed, Preparation
from metrics.reading import Reading


def headline(voice: Voice, found: Preparation) -> str:
    """ "Week 47: 3 kinds of export are late; 7 of 12 review KPIs are complete."."""
    words = voice.words
    late = words.count("{n} kind of export is late", "{n} kinds of export are late", found.late)
    if not found.late:
        late = words.say("no export is late")
    return words.count(
        "{week}: {late}; {n} of {all} review KPIs is complete",
        "{week}: {late}; {n} of {all} review KPIs are complete",
        found.complete,
        week=voice.format.week(found.week),
        late=late,
        all=len(found.review),
    )


def topic(voice: Voice, owed: Owed) -> str:
    """What is owed: "work items", or a metric's own name."""
    dataset, _, metric = owed.dataset.partition(":")
    if metric:
        return definition_sentences.metric_name(voice, owed.dataset)
    return voice.words.say(DATASETS.get(dataset, dataset))


def tool(voice: Voice, owed: Owed) -> str:
    dataset = owed.dataset.partition(":")[0]
    known = TOPICS.get(dataset)
    told = ", ".join(import_sentences.tool(voice, source) for source in owed.sources)
    return told or (voice.words.say(known[1]) if known else "")


def owner(voice: Voice, owed: Owed) -> str:
    names = dict.fromkeys(person.name for person in owed.owners)
    told = ", ".join(names) or voice.words.say("vacant")
    return f"{sentences.role(voice, owed.role)} {told}"


def due(voice: Voice, owed: Owed, today: date) -> str:
    """ "▼ 12 days late", "◆ due today", "· in 3 days"."""
    words, late = voice.words, owed.late(today)
    if late > 0:
        return "▼ " + words.count("{n} day late", "{n} days late", late)
    if late == 0:
        return "◆ " + words.say("due today")
    return "· " + words.count("in {n} day", "in {n} days", -late)


def shown(voice: Voice, reading: Reading, today: date) -> str:
    """How far a KPI is: complete, "4 of 5 up to date", or what it waits for."""
    figure = reading.figure
    if figure is not None and figure.closed and figure.value is not None:
        return "· " + voice.words.say("complete")
    mark = "◌" if figure is not None and figure.value is not None else "○"
    if figure is not None and figure.end < today and figure.reason == "not_closed":
        waits = voice.words.say("waits for data")
        return f"{mark} {waits}"
    return f"{mark} {sentences.reason(voice, figure)}"
