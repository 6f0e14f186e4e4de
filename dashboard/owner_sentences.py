"""What the page of a role owner says in words."""

from __future__ import annotations

from dashboard import sentences
from dashboard.voice import Voice
from metrics.pages.owner import HeldRole, OwnerPage
from metrics.register.decisions import Decision
from metrics.result import Figure


def headline(voice: Voice, found: OwnerPage) -> str:
    role = sentences.role(voice, found.role)
    return f"{found.name} · {role} · {voice.format.week(found.week)}"


def identity(voice: Voice, found: OwnerPage) -> list[tuple[str, str]]:
    """What they answer for, and their other roles."""
    words = voice.words
    return [
        (words.say("Products"), ", ".join(voice.name(each) for each in found.products)),
        (words.say("Squads"), ", ".join(voice.name(each) for each in found.squads)),
        (words.say("Also"), ", ".join(sentences.role(voice, role) for role in found.also)),
    ]


def held(voice: Voice, row: HeldRole) -> str:
    """ "Escale: since 3 Mar 2025", or from one day to another."""
    name = voice.name(row.target)
    since = voice.format.date(row.start)
    if row.end is None:
        return voice.words.say("{name}: since {day}", name=name, day=since)
    return voice.words.say(
        "{name}: from {start} to {end}", name=name, start=since, end=voice.format.date(row.end)
    )


def transferred(voice: Voice, figure: Figure) -> str:
    unit = voice.catalogue[figure.kpi].unit
    return voice.words.say(
        "{period}: {amount} of MRR came or went with a change of role",
        period=sentences.period(voice, figure),
        amount=voice.format.difference(unit, figure.value),
    )


def decision(voice: Voice, row: Decision) -> str:
    """ "Escale, Activation: Simplify the first screen. Back on 3 Dec 2026."."""
    about = voice.name(row.scope)
    if row.kpi in voice.catalogue:
        about = f"{about}, {voice.label(row.kpi)}"
    told = f"{about}: {row.what}"
    if row.review_on is None:
        return told
    back = voice.words.say("Back on {day}.", day=voice.format.date(row.review_on))
    return f"{told.rstrip('.')}. {back}"
