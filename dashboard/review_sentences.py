"""A review in words: where we stand, and each subject in one breath."""

from __future__ import annotations

from dashboard import sentences
from dashboard.voice import Voice
from metrics.calendar import Period
from metrics.pages.review_facts import Person, Review, Subject
from metrics.reading import Reading


def headline(voice: Voice, review: Review) -> str:
    """Where we stand: "Week 46: 3 of 41 KPIs need attention; MRR €1.84 M, +1.2 % on the week"."""
    words = voice.words
    if review.attention:
        stand = words.count(
            "{n} of {judged} KPIs needs attention",
            "{n} of {judged} KPIs need attention",
            review.attention,
            judged=review.judged,
        )
    elif review.unusual:
        stand = words.say("none of {judged} KPIs needs attention", judged=review.judged)
    elif not review.judged:
        stand = words.say("no KPI has a figure yet by which to judge it")
    else:
        stand = words.count(
            "nothing out of the ordinary in {n} KPI",
            "nothing out of the ordinary in {n} KPIs",
            review.judged,
        )
    told = [
        reading
        for reading in review.headline
        if reading.figure and reading.figure.value is not None
    ]
    if told:
        first = told[0]
        parts = [f"{voice.short_label(first.kpi)} {sentences.value(voice, first)}"]
        if first.status == "partial":
            parts.append(sentences.reason(voice, first.figure))
        if moved := sentences.change(voice, first):
            parts.append(moved)
        return words.say(
            "{week}: {stand}; {kpi}.",
            week=voice.format.week(review.week),
            stand=stand,
            kpi=", ".join(parts),
        )
    return words.say("{week}: {stand}.", week=voice.format.week(review.week), stand=stand)


def waiting(voice: Voice, week: Period) -> str:
    """That a week has ended and is not told, so that nobody takes the one before for it."""
    return voice.words.say(
        "{week} has ended and is not shown yet: its data have not all come.",
        week=voice.format.week(week),
    )


def subject_title(voice: Voice, subject: Subject) -> str:
    """ "Atelier · Activation"."""
    return f"{voice.name(subject.reading.scope)} · {voice.short_label(subject.reading.kpi)}"


def movement(voice: Voice, reading: Reading) -> str:
    """What moved, by how much, to where: "fell 6.2 points to 41.3 % (usual range 44–52 %)."."""
    words, unit = voice.words, voice.kpi(reading).unit
    now, usual = sentences.value(voice, reading), sentences.usual_range(voice, reading)
    direction = reading.signal.direction if reading.signal else 0
    comparison = reading.previous
    agrees = comparison is not None and comparison.change * direction > 0
    if comparison is not None and agrees and not comparison.is_new:
        size = voice.format.change(unit, comparison, signed=False)
        if comparison.change > 0:
            return words.say("rose {size} to {value} ({usual}).", size=size, value=now, usual=usual)
        return words.say("fell {size} to {value} ({usual}).", size=size, value=now, usual=usual)
    if direction > 0:
        return words.say("is at {value}, above what is usual ({usual}).", value=now, usual=usual)
    if direction < 0:
        return words.say("is at {value}, below what is usual ({usual}).", value=now, usual=usual)
    return words.say("is at {value}.", value=now)


def unusual(voice: Voice, review: Review) -> str:
    """How many figures no subject tells, though they are outside their usual range."""
    if not review.subjects:
        return voice.words.count(
            "{n} figure outside its usual range",
            "{n} figures outside their usual range",
            len(review.unusual),
        )
    return voice.words.count(
        "{n} more figure outside its usual range",
        "{n} more figures outside their usual range",
        len(review.unusual),
    )


def driver_sentence(voice: Voice, subject: Subject) -> str:
    """What explains it: "Of −€6,700, −€4,000 from Atelier, −€2,700 from the others."."""
    return subject.because[voice.words.language] if subject.because else ""


def owner_sentence(voice: Voice, owners: tuple[Person, ...], wanted: str) -> str:
    """Who answers for it: "PM: C. Morel.", or that nobody does."""
    if not owners:
        return voice.words.say("{role}: vacant.", role=sentences.role(voice, wanted))
    return " ".join(
        voice.words.say(
            "{role}: {name}.", role=sentences.role(voice, person.role), name=person.name
        )
        for person in owners
    )


def decided_sentence(voice: Voice, decided: int) -> str:
    """How many decisions are open on it: "2 open decisions."."""
    if not decided:
        return voice.words.say("Nothing decided yet.")
    return voice.words.count("{n} open decision.", "{n} open decisions.", decided)


def also_sentence(voice: Voice, subject: Subject) -> str:
    """The rest of the same causal chain: "With it: MRR (Atelier), Stickiness (Atelier)."."""
    if not subject.also:
        return ""
    scope = subject.reading.scope
    told = [
        voice.short_label(reading.kpi)
        if reading.scope == scope
        else f"{voice.short_label(reading.kpi)} ({voice.name(reading.scope)})"
        for reading in subject.also
    ]
    return voice.words.say("With it: {kpis}.", kpis=", ".join(told))
