"""Figures in words, the same pattern in both languages.

A sentence is plain text (no Markdown), says its unit and what it compares with, and holds at most
three significant figures. Meaning is carried by a mark and a word, never by colour alone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from dashboard.glossary import CAUSES, LIFE, MARKS, REASONS, ROLES, STATUSES
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.calendar import Grain, Period
from metrics.pages.review_facts import Person, SixTwelve
from metrics.reading import Reading
from metrics.register.remarks import Annotation
from metrics.result import Figure

#: Periods that one restatement names.
RESTATED_SHOWN = 3
#: What was taken out of a series before its usual range was read.
TAKEN_OUT = {
    "overlap": mark("told from what each period adds to its window"),
    "season": mark("season taken out"),
    "trend": mark("trend taken out"),
    "autocorrelation": mark("what carries over from one period to the next taken out"),
    "steps": mark("told from each period's change"),
}


def role(voice: Voice, key: str) -> str:
    return voice.words.say(ROLES[key]) if key in ROLES else key


def stage(voice: Voice, key: str) -> str:
    return voice.words.say(LIFE[key]) if key in LIFE else key


def status(voice: Voice, key: str) -> str:
    """A status as mark and word: "▼ worse"."""
    return f"{MARKS[key]} {voice.words.say(STATUSES[key])}"


def reason(voice: Voice, figure: Figure | None) -> str:
    """Why a figure is absent or partial, in words; empty when it is there and closed."""
    return why(voice, "no_data" if figure is None else figure.reason)


def why(voice: Voice, key: str | None) -> str:
    """The words of a reason; 'partial_members:4/5' carries its two numbers."""
    if key is None:
        return ""
    word, _, numbers = key.partition(":")
    closed, _, everyone = numbers.partition("/")
    return voice.words.say(REASONS.get(word, word), closed=closed, all=everyone)


def period(voice: Voice, figure: Figure) -> str:
    """ "Week 46, 2026", "October 2026"."""
    grain = Grain(figure.grain)
    return voice.format.period(Period(figure.start, figure.end, grain, figure.period))


def value(voice: Voice, reading: Reading) -> str:
    """The figure with its unit, three significant figures; "n/a" when there is none."""
    figure = reading.figure
    return voice.format.short(voice.kpi(reading).unit, figure.value if figure else None)


def size(voice: Voice, reading: Reading) -> str:
    """The change on the previous period alone: "+1.2 %"; empty when not comparable."""
    if reading.previous is None:
        return ""
    return voice.format.change(voice.kpi(reading).unit, reading.previous)


def change(voice: Voice, reading: Reading) -> str:
    """The change on the previous period: "+1.2 % on the week"; empty when not comparable."""
    moved = size(voice, reading)
    if reading.figure is None or not moved:
        return ""
    match reading.figure.grain:
        case "week":
            return voice.words.say("{change} on the week", change=moved)
        case "month":
            return voice.words.say("{change} on the month", change=moved)
        case "quarter":
            return voice.words.say("{change} on the quarter", change=moved)
        case _:
            return voice.words.say("{change} on the previous period", change=moved)


def standing(voice: Voice, reading: Reading) -> str:
    """What must be known of a figure: "worse than usual", which it may be though it rose since the
    period before, or "4 of 5 up to date"; empty for one within its usual range."""
    match reading.status:
        case "partial":
            return reason(voice, reading.figure)
        case "better":
            return voice.words.say("better than usual")
        case "worse":
            return voice.words.say("worse than usual")
        case _:
            return ""


def told_beside(voice: Voice, reading: Reading, latest: date | None) -> tuple[str, str]:
    """What stands under a figure: its `standing` where it has one, else its change; and beside it
    what is left to say, with the period of a figure that does not end on `latest`."""
    known, figure = standing(voice, reading), reading.figure
    other_period = figure is not None and figure.end != latest
    parts = [size(voice, reading) if other_period else change(voice, reading)]
    if figure is not None and other_period:
        parts.append(short_period(voice, figure))
    if known:
        parts.insert(0, f"{MARKS[reading.status]} {known}")
    told, *beside = parts
    return told, " · ".join(part for part in beside if part)


def short_period(voice: Voice, figure: Figure) -> str:
    """A period in little room: "W46" or "S46" for a week, "Nov" for a month, else its name."""
    if figure.grain == Grain.WEEK:
        return voice.words.say("W{number}", number=int(figure.period.split("-W")[1]))
    if figure.grain == Grain.MONTH:
        return voice.format.month(figure.start)
    return period(voice, figure)


def change_on_year(voice: Voice, reading: Reading) -> str:
    if reading.prior_year is None:
        return ""
    moved = voice.format.change(voice.kpi(reading).unit, reading.prior_year)
    return voice.words.say("{change} on the year", change=moved)


def usual_range(voice: Voice, reading: Reading) -> str:
    """ "usual range 44–52 %", or nothing while there are too few points."""
    limits = reading.signal.limits if reading.signal else reading.limits
    if limits is None:
        return ""
    span = voice.format.between(voice.kpi(reading).unit, limits.lower, limits.upper)
    if limits.provisional:
        return voice.words.say("usual range {span}, provisional", span=span)
    return voice.words.say("usual range {span}", span=span)


def judged_on(voice: Voice, chart: SixTwelve) -> str:
    """What a usual range was read on: "Usual range: season taken out, new level since 5 October
    2026", or nothing."""
    found = chart.limits.taken_out if chart.limits else ()
    taken = [voice.words.say(TAKEN_OUT[name]) for name in found]
    if chart.new_level is not None:
        day = voice.format.date(chart.new_level.since)
        taken.append(voice.words.say("new level since {day}", day=day))
    if not taken:
        return ""
    return voice.words.say("Usual range: {what}", what=", ".join(taken))


def restated(voice: Voice, chart: SixTwelve) -> list[str]:
    """What was reported otherwise, a sentence a change, the newest first: "Restated on 12 Nov 2026
    (import 14: sales.csv): week 45 was 1,204, now 1,187"."""
    words, unit = voice.words, voice.catalogue[chart.kpi].unit
    told = []
    for each in chart.restated:
        moved = [
            words.say(
                "{period} was {old}, now {new}",
                period=voice.format.period(one.period),
                old=voice.format.exact(unit, one.old),
                new=voice.format.exact(unit, one.new),
            )
            for one in each.moved[:RESTATED_SHOWN]
        ]
        if more := len(each.moved) - len(moved):
            moved.append(words.count("{n} more period", "{n} more periods", more))
        sentence = words.say(
            "Restated on {day} ({cause}): {periods}.",
            day=voice.format.date(local(voice, each.at).date()) if each.at else "",
            cause=cause(voice, each.cause, each.detail),
            periods=" · ".join(moved),
        )
        told.append(sentence)
    return told


def cause(voice: Voice, kind: str, detail: str) -> str:
    """What made figures change, and which: "import 14: sales.csv"."""
    word = voice.words.say(CAUSES[kind]) if kind in CAUSES else kind
    imported = re.fullmatch(r"imports? (\d[\d, ]*(?: to \d+)?): (.*)", detail, re.DOTALL)
    if imported is None:
        return word
    files = imported[2]
    if several := re.fullmatch(r"(.*) and (\d+) more files", files, re.DOTALL):
        files = voice.words.count(
            "{file} and {n} more file",
            "{file} and {n} more files",
            int(several[2]),
            file=several[1],
        )
    told = {"cause": word, "numbers": imported[1].replace(" to ", "–"), "files": files}
    if imported[1].isdigit():
        return voice.words.say("{cause}, import {numbers}: {files}", **told)
    return voice.words.say("{cause}, imports {numbers}: {files}", **told)


def annotation(voice: Voice, noted: Annotation) -> str:
    """ "5 Oct 2026: new price."."""
    day = voice.format.date(noted.day)
    return voice.words.say("{day}: {text}", day=day, text=noted.text)


def local(voice: Voice, when: datetime) -> datetime:
    """A moment in the company's time zone; the register's moments are UTC without saying so."""
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(voice.zone)


def held_since(voice: Voice, person: Person, today: date) -> str:
    """ "C. Morel (since 3 Mar 2025)"."""
    if person.since is None:
        return person.name
    return f"{person.name} ({voice.format.since(person.since, today)})"
