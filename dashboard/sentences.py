"""Facts in words: the sentences of a review, the same pattern in both languages.

A sentence is plain text (no Markdown), says its unit and what it compares with, and holds at most
three significant figures. Meaning is carried by a mark and a word, never by colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboard.translation import Translation, mark
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Catalogue, Kpi, Unit
from metrics.errors import Mistake
from metrics.format import Formatter
from metrics.outlook import Beside, Outlook
from metrics.pages.review import (
    Driver,
    MissingData,
    Person,
    Reading,
    Review,
    SixTwelve,
    Subject,
)
from metrics.register.remarks import Annotation
from metrics.result import Figure, Scope

#: Definitions named in the line that says which cannot be used.
BROKEN_SHOWN = 5
INITIALS = re.compile(r"^[A-Z]{2,6}(?= \()|(?<=\()[A-Z]{2,6}(?=\)$)")
MARKS = {"better": "▲", "worse": "▼", "signal": "◆", "no_data": "○", "partial": "◌", "steady": "·"}
STATUSES = {
    "better": mark("better"),
    "worse": mark("worse"),
    "signal": mark("unusual"),
    "no_data": mark("no data"),
    "partial": mark("partial"),
    "steady": mark("steady"),
}
FAMILIES = {
    "product_performance": mark("Product performance"),
    "user_experience": mark("User experience"),
    "market": mark("Market"),
    "teams": mark("Teams"),
    "delivery": mark("Delivery"),
    "growth": mark("Contribution to objectives"),
}
#: What was taken out of a series before its usual range was read.
TAKEN_OUT = {
    "season": mark("season taken out"),
    "trend": mark("trend taken out"),
    "autocorrelation": mark("what carries over from one period to the next taken out"),
    "steps": mark("told from each period's change"),
}
REASONS = {
    "no_data": mark("no data imported for this period"),
    "gap": mark("days without data in this period"),
    "not_closed": mark("period not finished"),
    "partial_members": mark("{closed} of {all} up to date"),
    "no_rate": mark("no exchange rate for this period"),
    "zero_denominator": mark("nothing to measure in this period"),
    "small_group": mark("too few people to show"),
    "history_begins": mark("history begins later"),
    "too_few": mark("too few answers"),
    "several_definitions": mark("several definitions, not to be put together"),
    "within_noise": mark("the company's change is within its noise"),
    "unknown_part": mark("one of its parts is not known"),
    "not_published": mark("not published"),
    "not_added": mark("not comparable across squads"),
}
#: What each dataset tells about, and what sends it.
TOPICS = {
    "events": (mark("usage"), mark("tracking")),
    "work_items": (mark("delivery"), mark("work tracker")),
    "sprints": (mark("sprints"), mark("work tracker")),
    "subscriptions": (mark("subscriptions"), mark("billing")),
    "ledger": (mark("accounts"), mark("ledger")),
    "responses": (mark("surveys"), mark("survey answers")),
    "deals": (mark("deals"), mark("sales tool")),
    "users": (mark("sign-ups"), mark("list of users")),
    "feedback": (mark("feedback"), mark("support and reviews")),
    "observations": (mark("observations"), mark("file")),
    "initiatives": (mark("roadmap"), mark("roadmap tool")),
    "key_results": (mark("objectives"), mark("objectives' file")),
    "market": (mark("market"), mark("market study")),
    "ratings": (mark("ratings"), mark("store")),
    "deployments": (mark("deployments"), mark("deployment log")),
    "skills": (mark("skills"), mark("skills matrix")),
    "skill_needs": (mark("skills needed"), mark("file")),
    "survey_waves": (mark("invitations to surveys"), mark("file")),
}
#: What each canonical table holds.
DATASETS = {
    "events": mark("product events"),
    "work_items": mark("work items"),
    "sprints": mark("sprints"),
    "subscriptions": mark("subscriptions"),
    "ledger": mark("ledger lines"),
    "users": mark("users"),
    "identities": mark("identities"),
    "rates": mark("exchange rates"),
    "feedback": mark("feedback"),
    "features": mark("features"),
    "squad_rates": mark("squad rates"),
    "responses": mark("survey answers"),
    "deals": mark("deals"),
    "observations": mark("observations"),
    "initiatives": mark("initiatives"),
    "discoveries": mark("discoveries"),
    "objectives": mark("objectives"),
    "key_results": mark("key results"),
    "market": mark("market figures"),
    "ratings": mark("ratings"),
    "qualifying_usage": mark("rules of qualifying usage"),
    "deployments": mark("deployments"),
    "skills": mark("skills"),
    "skill_needs": mark("skills needed"),
    "survey_waves": mark("invitations to surveys"),
    "products": mark("products"),
    "squads": mark("squads"),
    "people": mark("people"),
    "assignments": mark("assignments of squads to products"),
    "memberships": mark("members of squads"),
    "ownerships": mark("holders of roles"),
    "names": mark("names that tools use"),
}
SEVERITIES = {
    "refused": mark("refused"),
    "quarantined": mark("set aside"),
    "skipped": mark("skipped"),
    "warning": mark("to know"),
}
FILE_STATUSES = {
    "loaded": mark("can be loaded"),
    "unchanged": mark("already loaded, nothing to change"),
    "refused": mark("refused"),
}
#: The stages of a job, as `metrics.job.Progress` names them.
STAGES = {
    "waiting": mark("Waiting for its turn"),
    "copying": mark("Copying the data"),
    "landing": mark("Loading the files"),
    "modelling": mark("Preparing the facts"),
    "publishing": mark("Computing the KPIs"),
    "judging": mark("Looking for signals"),
    "finishing": mark("Finishing"),
}
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
#: The stages of a product's life that have a word; a company's own stand as they are.
LIFE = {
    "discovery": mark("discovery"),
    "launch": mark("launch"),
    "growth": mark("growth"),
    "mature": mark("maturity"),
    "maturity": mark("maturity"),
    "decline": mark("decline"),
}
ROLES = {
    "PM": mark("PM"),
    "PO": mark("PO"),
    "CPO": mark("CPO"),
    "squad lead": mark("squad lead"),
    "people partner": mark("people partner"),
    "designer": mark("designer"),
}


@dataclass(frozen=True)
class Voice:
    """Everything a sentence needs besides the facts: language, numbers, labels and names."""

    words: Translation
    format: Formatter
    catalogue: Catalogue
    names: Mapping[Scope, str]
    zone: ZoneInfo

    def kpi(self, reading: Reading) -> Kpi:
        return self.catalogue[reading.kpi]

    def label(self, kpi: str) -> str:
        return self.catalogue[kpi].label[self.words.language]

    def short_label(self, kpi: str) -> str:
        """The label's initials where it gives some: "MRR" for "Monthly recurring revenue (MRR)"."""
        label = self.label(kpi)
        initials = INITIALS.search(label)
        return initials.group() if initials else label

    def name(self, scope: Scope) -> str:
        return self.names.get(scope, scope.key)


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


def annotation(voice: Voice, noted: Annotation) -> str:
    """ "5 Oct 2026: new price."."""
    day = voice.format.date(noted.day)
    return voice.words.say("{day}: {text}", day=day, text=noted.text)


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
    else:
        stand = words.say("nothing out of the ordinary in {judged} KPIs", judged=review.judged)
    told = [reading for reading in review.headline if reading.figure and reading.figure.value]
    if told:
        first = told[0]
        parts = [f"{voice.short_label(first.kpi)} {value(voice, first)}"]
        if moved := change(voice, first):
            parts.append(moved)
        return words.say(
            "{week}: {stand}; {kpi}.",
            week=voice.format.week(review.week),
            stand=stand,
            kpi=", ".join(parts),
        )
    return words.say("{week}: {stand}.", week=voice.format.week(review.week), stand=stand)


def landing(voice: Voice, found: Outlook) -> str:
    """Where a KPI will stand, beside the budget, the target and the prior year: "Q4 2026: MRR is
    heading for €245 k, 2 % below budget, 12 % above the prior year."."""
    words = voice.words
    unit = voice.catalogue[found.kpi].unit
    said = [
        words.say(message, gap=_gap(voice, unit, beside))
        for wanted, above, below in (
            (found.budget, mark("{gap} above budget"), mark("{gap} below budget")),
            (found.target, mark("{gap} above target"), mark("{gap} below target")),
            (found.prior_year, mark("{gap} above the prior year"),
             mark("{gap} below the prior year")),
        )
        if (beside := found.beside(wanted)) is not None
        for message in (above if beside.gap >= 0 else below,)
    ]  # fmt: skip
    return words.say(
        "{period}: {kpi} is heading for {told}.",
        period=voice.format.period(found.period),
        kpi=voice.short_label(found.kpi),
        told=", ".join([voice.format.short(unit, found.landing), *said]),
    )


def _gap(voice: Voice, unit: Unit, beside: Beside) -> str:
    """The size of a gap: percents of a volume, else in the unit."""
    if unit.compares_in_points or beside.part is None:
        return voice.format.difference(unit, abs(beside.gap), signed=False)
    return voice.format.percent(abs(beside.part))


def subject_title(voice: Voice, subject: Subject) -> str:
    """ "Atelier · Activation"."""
    return f"{voice.name(subject.reading.scope)} · {voice.short_label(subject.reading.kpi)}"


def movement(voice: Voice, reading: Reading) -> str:
    """What moved, by how much, to where: "fell 6.2 points to 41.3 % (usual range 44–52 %)."."""
    words, unit = voice.words, voice.kpi(reading).unit
    now, usual = value(voice, reading), usual_range(voice, reading)
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


def driver_sentence(voice: Voice, subject: Subject) -> str:
    """What explains it: "Germany explains 4.9 of them." in points, "62 % of it" for volumes."""
    if subject.because is not None:
        return subject.because[voice.words.language]
    if not subject.drivers:
        return ""
    first: Driver = max(subject.drivers, key=lambda driver: abs(driver.change))
    unit = voice.kpi(subject.reading).unit
    if unit.compares_in_points:
        size = voice.format.points(unit, first.change, signed=False).split("\u00a0")[0]
        return voice.words.say(
            "{member} explains {size} of them.", member=voice.name(first.member), size=size
        )
    if first.share is None:
        return ""
    size = voice.format.percent(first.share)
    return voice.words.say(
        "{member} explains {size} of it.", member=voice.name(first.member), size=size
    )


def owner_sentence(voice: Voice, owners: tuple[Person, ...], wanted: str) -> str:
    """Who answers for it: "PM: C. Morel.", or that nobody does."""
    if not owners:
        return voice.words.say("{role}: vacant.", role=role(voice, wanted))
    return " ".join(
        voice.words.say("{role}: {name}.", role=role(voice, person.role), name=person.name)
        for person in owners
    )


def decided_sentence(voice: Voice, decided: int) -> str:
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


def exception(voice: Voice, subject: Subject) -> str:
    """One subject in one breath: what, how much, compared with what, why, who, what now."""
    return " ".join(
        part
        for part in (
            subject_title(voice, subject),
            movement(voice, subject.reading),
            driver_sentence(voice, subject),
            owner_sentence(voice, subject.owners, voice.kpi(subject.reading).owner_role),
            decided_sentence(voice, subject.decided),
        )
        if part
    )


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
        day = local(voice, fact.last_import).date()
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


def local(voice: Voice, when: datetime) -> datetime:
    """A moment in the company's time zone; the register's moments are UTC without saying so."""
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(voice.zone)


def held_since(voice: Voice, person: Person, today: date) -> str:
    """ "C. Morel (since 3 Mar 2025)"."""
    if person.since is None:
        return person.name
    return f"{person.name} ({voice.format.since(person.since, today)})"
