"""What the page *cap or cadence* says: each sign, its rule, what it rests on, the advice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.pages.bearings import Bearing, Bearings
from metrics.pages.review_facts import Person
from metrics.pages.signs import LEVELS, Score, Sign

MARKS = {"met": "▲", "half": "◆", "unmet": "▼", "unknown": "○"}
STATES = {
    "met": mark("met"),
    "half": mark("half met"),
    "unmet": mark("not met"),
    "unknown": mark("not known"),
}
SIGNS = {
    "vision": mark("Vision in one sentence"),
    "north_star": mark("North Star named"),
    "targets": mark("Targets set"),
    "objectives": mark("Objectives on track"),
    "linked_initiatives": mark("Initiatives tied to a KPI"),
    "roadmap_stability": mark("Roadmap dates that stay"),
    "commitment_kept": mark("Commitment kept"),
    "cycle_time_stability": mark("Stable cycle time"),
    "ready_backlog": mark("Ready backlog"),
    "scope_change": mark("Scope change within sprints"),
    "escaped_defects": mark("Escaped defects"),
}
NEEDS = {
    "heading": mark("a clearer heading"),
    "pace": mark("a steadier pace"),
    "both": mark("a clearer heading and a steadier pace"),
    "steady": mark("neither: keep going"),
    "": mark("too few signs known"),
}
STRAINS = {
    "unready_backlog": mark("unready backlog"),
    "delays": mark("delays"),
    "falling_engagement": mark("falling engagement"),
}
MOST_TOLD = 6  # products told by name; more are counted
VERDICTS = {
    "one": mark("one person can be both PM and PO"),
    "two": mark("PM and PO should be two people"),
    "either": mark("one person or two, as the company prefers"),
}


def headline(voice: Voice, found: Bearings) -> str:
    return f"{voice.words.say('Cap or cadence')} · {voice.format.week(found.week)}"


def summary(voice: Voice, found: Bearings) -> str:
    """How many products need what, in one sentence."""
    wanting = [each for each in found.products if each.quadrant in ("heading", "pace", "both")]
    if not any(each.quadrant for each in found.products):
        return voice.words.say("Too few signs are known to place any product.")
    if not wanting:
        return voice.words.say("No product shows a need for a clearer heading or a steadier pace.")
    if len(wanting) > MOST_TOLD:
        return counted(voice, found)
    told = [
        voice.words.say(
            "{name} needs {what}.", name=each.name, what=voice.words.say(NEEDS[each.quadrant])
        )
        for each in wanting
    ]
    return " ".join(told)


def counted(voice: Voice, found: Bearings) -> str:
    """ "180 of 200 products need something: 120 a steadier pace, 60 a clearer heading."""
    needs = Counter(each.quadrant for each in found.products)
    told = [
        f"{voice.format.number(needs[name])} {voice.words.say(NEEDS[name])}"
        for name in ("both", "heading", "pace")
        if needs[name]
    ]
    return voice.words.say(
        "{n} of {all} products have a need: {needs}.",
        n=voice.format.number(sum(needs[name] for name in ("both", "heading", "pace"))),
        all=voice.format.number(len(found.products)),
        needs=", ".join(told),
    )


def unplaced(voice: Voice, found: Bearings) -> str:
    """Which products have too few known signs; of many, how many."""
    names = [each.name for each in found.products if not each.quadrant]
    if not names:
        return ""
    if len(names) > MOST_TOLD:
        return voice.words.say(
            "Not placed, too few signs known: {n} products of {all}.",
            n=voice.format.number(len(names)),
            all=voice.format.number(len(found.products)),
        )
    return voice.words.say("Not placed, too few signs known: {names}.", names=", ".join(names))


def score(voice: Voice, found: Score) -> str:
    """ "70 % (5 of 6 signs known)"."""
    known = voice.words.count(
        "{n} of {all} signs known", "{n} of {all} signs known", found.known, all=len(found.signs)
    )
    if found.value is None:
        return voice.words.say("not given ({known})", known=known)
    return voice.words.say(
        "{share} ({known})", share=voice.format.percent(found.value), known=known
    )


def state(voice: Voice, sign: Sign) -> str:
    return f"{MARKS[sign.state]} {voice.words.say(STATES[sign.state])}"


def name(voice: Voice, sign: Sign) -> str:
    return voice.words.say(SIGNS[sign.name])


def evidence(voice: Voice, sign: Sign) -> str:
    """What a sign rests on, in figures."""
    say, tell = voice.words.say, voice.format
    if sign.state == "unknown":
        return say("nothing known yet")
    if sign.value is None:
        return say("there is one") if sign.state == "met" else say("there is none")
    if sign.name == "objectives":
        return say(
            "{progress} done, {expected} of the time gone",
            progress=tell.percent(sign.part),
            expected=tell.percent(sign.whole),
        )
    if sign.name == "cycle_time_stability":
        return voice.words.count(
            "{n} week above the usual range, of {all}",
            "{n} weeks above the usual range, of {all}",
            int(sign.value),
            all=tell.number(sign.whole or 0),
        )
    if sign.name == "ready_backlog":
        return say("{sprints} sprints of ready work", sprints=tell.number(round(sign.value, 1)))
    return say(
        "{share} ({part} of {whole})",
        share=tell.percent(sign.value),
        part=tell.number(sign.part or 0),
        whole=tell.number(sign.whole or 0),
    )


def rule(voice: Voice, sign: Sign) -> str:
    """Where a sign is met, and half met."""
    say, tell = voice.words.say, voice.format
    level = LEVELS.get(sign.name)
    if level is None:
        return say("met when there is one")
    if sign.name == "objectives":
        return say("met when on pace, half within 10 points of it")
    if sign.name == "cycle_time_stability":
        return say("met with none, half with one in 13 weeks")
    if level.met_to is not None:
        return say("met from 2 to 3 sprints, half from 1 to 4")
    met, half = tell.percent(level.met), tell.percent(level.half)
    if level.up:
        return say("met from {met}, half from {half}", met=met, half=half)
    return say("met up to {met}, half up to {half}", met=met, half=half)


def people(voice: Voice, pm: Sequence[Person], po: Sequence[Person]) -> str:
    """ "PM C. Morel · PO vacant"."""
    vacant = voice.words.say("vacant")
    return " · ".join(
        f"{role} {', '.join(dict.fromkeys(p.name for p in held)) or vacant}"
        for role, held in (("PM", pm), ("PO", po))
    )


def advice(voice: Voice, found: Bearing) -> str:
    """The advice with what it rests on, and whether the roles are held so."""
    words, given = voice.words, found.advice
    squads = words.count("{n} squad", "{n} squads", given.squads)
    products = words.count("{n} product for its PM", "{n} products for its PM", given.products)
    strains = [words.say(STRAINS[each]) for each in given.strains]
    shown = (
        words.say("signs of strain: {signs}", signs=", ".join(strains))
        if strains
        else words.say("no sign of strain")
    )
    now = (
        words.say("The roles are not both held.")
        if not given.people
        else words.count(
            "Today {n} person holds both roles.",
            "Today {n} people share the two roles.",
            given.people,
        )
    )
    verdict = words.say(VERDICTS[given.verdict])
    told = words.say(
        "{verdict} ({squads}, {products}, {strains}).",
        squads=squads,
        products=products,
        strains=shown,
        verdict=verdict[:1].upper() + verdict[1:],
    )
    return f"{told} {now}"
