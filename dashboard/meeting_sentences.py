"""What a meeting's promises, decisions, comments and mutes say. Plain text, no Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.review_sentences import movement
from dashboard.sentences import local
from dashboard.sentences import period as period_of
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.access import LOCAL_CPO
from metrics.calendar import Period
from metrics.effect import FELL, ROSE, STEADY, TOO_EARLY, Effect
from metrics.pages.meeting import Promise
from metrics.pages.portfolio import EXPECTED, PROGRESS, Holding
from metrics.pages.review_facts import Muted
from metrics.pages.slipping import Slip
from metrics.register.decisions import ACTION, Decision
from metrics.register.remarks import Annotation, Comment, Mute, TakenBack
from metrics.register.targets import SetTarget
from metrics.result import Scope

GOALS = {"target": mark("Target"), "budget": mark("Budget")}
#: Where a decision says that its KPI should go.
TOWARDS = {1: mark("should rise"), 0: mark("no direction"), -1: mark("should fall")}
MOVED = {
    ROSE: mark("Since {day} it rose by more than chance (usual range {span}); {value} ({period})."),
    FELL: mark("Since {day} it fell by more than chance (usual range {span}); {value} ({period})."),
    STEADY: mark(
        "Since {day} it stayed within its usual range ({span}); {value} ({period}): no effect to "
        "be seen."
    ),
}


def about(voice: Voice, kpi: str, scope: Scope) -> str:
    """ "Atelier · Activation", or the scope alone."""
    name = voice.name(scope)
    return f"{name} · {voice.short_label(kpi)}" if kpi in voice.catalogue else name


def of(voice: Voice, said: Decision | Comment, what: str) -> str:
    """ "Atelier · Activation: Roll back the form."."""
    return voice.words.say("{about}: {what}", about=about(voice, said.kpi, said.scope), what=what)


def person(voice: Voice, key: str) -> str:
    """A person's name by their key; what is no key stands as it is. Whoever speaks on the CPO's
    own machine, before there is any sign-in, is the CPO."""
    if key == LOCAL_CPO.person:
        return LOCAL_CPO.role.upper()
    return voice.name(Scope("person", key))


def owned(voice: Voice, decision: Decision) -> str:
    """ "C. Morel answers for it.", or nothing."""
    if not decision.owner:
        return ""
    return voice.words.say("Owner: {name}.", name=person(voice, decision.owner))


def comes_back(voice: Voice, promise: Promise) -> str:
    """When a promise is due: "due 12 Nov, 5 days late", "due today", "due 1 Dec"."""
    day, late = promise.decision.review_on, promise.days_late
    if day is None:
        return voice.words.say("no date")
    written = voice.format.date(day, year=False)
    if late == 0:
        return voice.words.say("due today")
    if late > 0:
        return voice.words.count(
            "due {day}, {n} day late", "due {day}, {n} days late", late, day=written
        )
    return voice.words.say("due {day}", day=written)


def expectation(voice: Voice, decision: Decision) -> str:
    """What was expected of it, in the words of who took it."""
    if decision.expected:
        return voice.words.say("Expected: {effect}.", effect=decision.expected.rstrip("."))
    return ""


def effect(voice: Voice, decision: Decision, found: Effect) -> str:
    """What the KPI did since, judged by the process-behaviour test, in one or two sentences."""
    words = voice.words
    if found.verdict == TOO_EARLY or found.latest is None:
        return words.say("Too early to tell: no period has closed since.")
    unit = voice.catalogue[found.kpi].unit
    value = voice.format.short(unit, found.latest.value)
    when = period_of(voice, found.latest)
    if found.usual is None:
        return words.say(
            "{value} ({period}); too short a history to tell what is usual.",
            value=value,
            period=when,
        )
    told = words.say(
        MOVED[found.verdict],
        day=voice.format.date(found.since, year=False),
        span=voice.format.between(unit, found.usual.lower, found.usual.upper),
        value=value,
        period=when,
    )
    return " ".join(part for part in (told, compared(voice, decision, found)) if part)


def compared(voice: Voice, decision: Decision, found: Effect) -> str:
    """Whether the KPI went where the decision said."""
    if not decision.towards or found.verdict not in (ROSE, FELL):
        return ""
    rose = found.verdict == ROSE
    if rose == (decision.towards > 0):
        return voice.words.say("As expected.")
    return voice.words.say("The opposite was expected.")


def promise(voice: Voice, found: Promise) -> str:
    """A promise in one line: what, about what, when, who, and what became of it."""
    decision = found.decision
    parts = [
        voice.words.say(
            "{about} ({when}): {what}",
            about=about(voice, decision.kpi, decision.scope),
            when=comes_back(voice, found),
            what=sentence(decision.what),
        ),
        owned(voice, decision),
        expectation(voice, decision),
    ]
    if found.effect is not None:
        parts.append(effect(voice, decision, found.effect))
    return " ".join(part for part in parts if part)


def decided(voice: Voice, decision: Decision) -> str:
    """A decision or action as minutes tell it: about what, what, why, who, until when."""
    return of(voice, decision, decided_here(voice, decision))


def decided_here(voice: Voice, decision: Decision) -> str:
    """The same where it is plain what it is about."""
    words = voice.words
    parts = [sentence(decision.what)]
    if decision.why:
        parts.append(words.say("Why: {why}", why=sentence(decision.why)))
    parts += [expectation(voice, decision), owned(voice, decision)]
    if decision.review_on is not None:
        day = voice.format.date(decision.review_on)
        parts.append(
            words.say("Due on {day}.", day=day)
            if decision.kind == ACTION
            else words.say("To be looked at again on {day}.", day=day)
        )
    return " ".join(part for part in parts if part)


def brief(voice: Voice, decision: Decision) -> str:
    """What was decided, by whom and until when: "Roll back the form. C. Morel, 12 Nov"."""
    day = voice.format.date(decision.review_on, year=False) if decision.review_on else ""
    who = person(voice, decision.owner) if decision.owner else ""
    after = ", ".join(part for part in (who, day) if part)
    return f"{sentence(decision.what)} {after}".strip()


def closed(voice: Voice, decision: Decision) -> str:
    """A closed decision with what was said when it was closed."""
    told = of(voice, decision, sentence(decision.what))
    return f"{told} {sentence(decision.note)}" if decision.note else told


def comment(voice: Voice, said: Comment) -> str:
    """ "“A bug in the form.” (C. Morel)"."""
    who = person(voice, said.said_by or said.written_by)
    return voice.words.say("“{text}” ({who})", text=said.text, who=who)


def muted(voice: Voice, found: Muted) -> str:
    """A muted signal: what it is, why it is not talked about, until when."""
    title = about(voice, found.reading.kpi, found.reading.scope)
    return voice.words.say(
        "{title} {moved} Muted until {day}: {reason}",
        title=title,
        moved=movement(voice, found.reading),
        day=voice.format.date(found.mute.until),
        reason=sentence(found.mute.reason),
    )


def version(voice: Voice, decision: Decision) -> str:
    """Who wrote a version of a decision, and when: "16 Nov 2026, 10:32 · C. Morel: …"."""
    moment = decision.changed_at or decision.decided_at
    who = decision.changed_by or decision.decided_by
    state = voice.words.say("closed") if decision.status == "closed" else voice.words.say("open")
    told = f"{voice.format.moment(local(voice, moment))} · {person(voice, who)} · {state}: "
    return told + " ".join(part for part in (sentence(decision.what), decision.note) if part)


def written(voice: Voice, said: Comment | Annotation | Mute) -> str:
    """ "Written 16 Nov 2026, 10:32 by C. Morel."."""
    return voice.words.say(
        "Written {moment} by {name}.",
        moment=voice.format.moment(local(voice, said.written_at)),
        name=person(voice, said.written_by),
    )


def goal(voice: Voice, held: SetTarget, period: Period) -> str:
    """A target or budget: "Target, Q4 2026: €250 k. Set 16 Nov 2026, 10:32 by C. Morel."."""
    words = voice.words
    moment = voice.format.moment(local(voice, held.set_at))
    told = words.say(
        "{kind}, {period}: {value}.",
        kind=words.say(GOALS[held.kind]),
        period=voice.format.period(period),
        value=voice.format.short(voice.catalogue[held.kpi].unit, held.value),
    )
    if held.set_by:
        name = person(voice, held.set_by)
        source = words.say("Set {moment} by {name}.", moment=moment, name=name)
    else:
        source = words.say("From a file of {moment}.", moment=moment)
    return f"{told} {source}"


def taken_back(voice: Voice, said: TakenBack) -> str:
    """ "“A bug.” Written 16 Nov 2026, 10:32 by C. Morel; taken back 17 Nov 2026, 09:01 by …"."""
    return voice.words.say(
        "“{text}” Written {moment} by {name}; changed or taken back {later} by {other}.",
        text=said.text,
        moment=voice.format.moment(local(voice, said.written_at)),
        name=person(voice, said.written_by),
        later=voice.format.moment(local(voice, said.withdrawn_at)),
        other=person(voice, said.withdrawn_by),
    )


def alike(voice: Voice, found: Sequence[Decision]) -> str:
    """That decisions like this one are already open, and which."""
    told = " ".join(
        f"“{each.what}” ({about(voice, each.kpi, each.scope)}, "
        f"{voice.format.date(local(voice, each.decided_at).date())})"
        for each in found
    )
    return voice.words.say("Already open, and like this one: {told}", told=told)


def sentence(text: str) -> str:
    """`text` with an end, so that another sentence can follow."""
    return text if text.endswith((".", "!", "?", "…", ":", ";")) else f"{text}."


def slip(voice: Voice, found: Slip) -> str:
    """ "▼ Atelier · Bulk import: due 7 Dec, moved by 28 days"."""
    return voice.words.say(
        "▼ {about}: due {day}, {slip}",
        about=f"{voice.name(Scope('product', found.initiative.product or ''))} · "
        f"{found.initiative.title or found.initiative.initiative}",
        day=voice.format.date(found.initiative.due, year=False),
        slip=slipped(voice, found),
    )


def slipped(voice: Voice, found: Slip) -> str:
    """ "12 days late", "moved by 28 days", or both."""
    parts = []
    if found.late:
        parts.append(voice.words.count("{n} day late", "{n} days late", found.late))
    if found.moved:
        parts.append(voice.words.count("moved by {n} day", "moved by {n} days", found.moved))
    return ", ".join(parts)


def objective(voice: Voice, found: Holding) -> str:
    """ "▼ Atelier: 28 % where 34 % were expected (October 2026)"."""
    mark = {"ahead": "▲", "behind": "▼"}.get(found.pace or "", "·")
    told = voice.words.say(
        "{name}: {progress} where {expected} was expected ({period})",
        name=voice.name(found.scope),
        progress=voice.format.percent(found.value(PROGRESS)),
        expected=voice.format.percent(found.value(EXPECTED)),
        period=progress_period(voice, found),
    )
    return f"{mark} {told}"


def progress_period(voice: Voice, found: Holding) -> str:
    """The period of which the progress of objectives is told: "October 2026"."""
    figure = found.readings[PROGRESS].figure
    return period_of(voice, figure) if figure else ""
