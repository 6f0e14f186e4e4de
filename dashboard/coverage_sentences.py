"""What has come of each kind of data, what is late and what waits for it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import definition_sentences, import_sentences
from dashboard.absence_sentences import EMPTY
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.pages.dictionary import Entry
from metrics.pages.freshness import DatasetState, Gap

STATES = {
    "late": mark("▼ late"),
    "gaps": mark("◆ gaps"),
    "never": mark("○ never imported"),
    "fresh": mark("· up to date"),
}
NAMED = 3  # exports that would bring what never came
LISTED = 3  # KPIs named; the rest are counted


def headline(voice: Voice, found: Sequence[DatasetState]) -> str:
    """ "Coverage: 2 of 17 kinds of data are late"; what never came is told apart."""
    brought = [each for each in found if each.state != "never"]
    late = [each for each in brought if each.state == "late"]
    if not late:
        return voice.words.count(
            "Coverage: {n} kind of data, on time",
            "Coverage: {n} kinds of data, all on time",
            len(brought),
        )
    return voice.words.count(
        "Coverage: {n} of {all} kinds of data is late",
        "Coverage: {n} of {all} kinds of data are late",
        len(late),
        all=len(brought),
    )


def state(voice: Voice, key: str) -> str:
    return voice.words.say(STATES[key])


def sources(voice: Voice, found: DatasetState) -> str:
    return ", ".join(import_sentences.tool(voice, source) for source in found.sources)


def on_time(found: DatasetState) -> str:
    """ "4 / 5": the products or squads whose data came in time, of those that ever had any."""
    return f"{found.members - len(found.late)} / {found.members}" if found.members else ""


def readers(voice: Voice, found: DatasetState, listed: int = LISTED) -> str:
    """The KPIs that read a kind of data: the first by name, the others counted."""
    named = ", ".join(
        voice.short_label(kpi) for kpi in found.kpis[:listed] if kpi in voice.catalogue
    )
    more = len(found.kpis) - listed
    if more <= 0:
        return named
    return voice.words.count("{named} and {n} more", "{named} and {n} more", more, named=named)


def gap(voice: Voice, found: Gap) -> str:
    """ "Passerelle · product events: nothing from 9 Jun 2026 to 12 Jun 2026"."""
    return voice.words.say(
        "{name} · {dataset}: nothing from {start} to {end}.",
        name=voice.name(found.scope),
        dataset=definition_sentences.dataset(voice, found.dataset),
        start=voice.format.date(found.start),
        end=voice.format.date(found.end),
    )


def _first_of(voice: Voice, exports: Sequence[str]) -> str:
    """A few of the exports that would do, the others counted."""
    if (more := len(exports) - NAMED) <= 0:
        return voice.words.say(" or ").join(exports)
    return voice.words.count(
        "{named} or {n} other", "{named} or {n} others", more, named=", ".join(exports[:NAMED])
    )


def never(voice: Voice, found: DatasetState, entries: Sequence[Entry]) -> str:
    """What to import, and what is seen then."""
    if found.dataset in EMPTY:
        return voice.words.say(EMPTY[found.dataset])
    language = voice.words.language
    labels = dict.fromkeys(
        label[language]
        for entry in entries
        if entry.kpi.name in found.kpis
        for label in entry.exports
    )
    name = definition_sentences.dataset(voice, found.dataset)
    return voice.words.say(
        "{dataset}: never imported. Import {exports} to see {kpis}.",
        dataset=name[:1].upper() + name[1:],
        exports=_first_of(voice, list(labels)),
        kpis=readers(voice, found),
    )
