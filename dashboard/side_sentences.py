"""What the two sides of a product's page say in words."""

from __future__ import annotations

from datetime import date

from dashboard.sentences import period
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Unit
from metrics.flow import CurrentSprint, Flow
from metrics.outlook import Beside, Outlook
from metrics.pages.product_sides import CADENCE, CAP, Bridge, CapSide
from metrics.pages.verbatims import Verbatim
from metrics.reading import Reading

#: The names of the sides, the same in both languages.
SIDES = {CAP: "Cap", CADENCE: "Cadence"}
#: Blocked items that are named.
MOST_BLOCKED = 6
#: A movement of recurring revenue in a word, under a bridge.
STEPS = {
    "new_mrr": mark("new"),
    "expansion_mrr": mark("expansion"),
    "reactivation_mrr": mark("won back"),
    "transferred_mrr": mark("transferred"),
    "fx_mrr": mark("exchange rates"),
    "contraction_mrr": mark("contraction"),
    "churned_mrr": mark("churned"),
}
VERDICTS = {
    "yes": mark("▲ on pace"),
    "no": mark("▼ off pace"),
    "uncertain": mark("◆ uncertain"),
}


def step_labels(voice: Voice) -> dict[str, str]:
    return {kpi: voice.words.say(label) for kpi, label in STEPS.items()}


def bridge(voice: Voice, found: Bridge) -> str:
    """ "October 2026: MRR from €64.2 k to €65.6 k"."""
    unit = voice.catalogue[found.closing.kpi].unit
    return voice.words.say(
        "{period}: from {opening} to {closing}",
        period=period(voice, found.closing),
        opening=voice.format.short(unit, found.opening),
        closing=voice.format.short(unit, found.closing.value),
    )


def no_north_star(voice: Voice) -> str:
    return voice.words.say(
        "No North Star yet. Name a KPI in products.csv, column north_star, to see it here with "
        "what moves it."
    )


def moved_by(voice: Voice, side: CapSide) -> str:
    """ "North Star: Active users, and what moves it"."""
    assert side.north_star is not None
    if not side.inputs:
        return voice.words.say("North Star: {kpi}", kpi=voice.label(side.north_star.kpi))
    return voice.words.say(
        "North Star: {kpi}, and what moves it", kpi=voice.label(side.north_star.kpi)
    )


def verdict(voice: Voice, found: Outlook) -> str:
    """ "▲ on pace (87 %)"; empty without a target or budget."""
    if found.verdict is None or found.chance is None:
        return ""
    return f"{voice.words.say(VERDICTS[found.verdict])} ({voice.format.percent(found.chance)})"


def scored(voice: Voice, reading: Reading) -> str:
    """A survey's score with how sure it is: "NPS 26.2, October 2026: 95 % interval 15.1–37.3,
    103 answers."; empty without an interval."""
    found = reading.figure
    if found is None or found.low is None or found.high is None:
        return ""
    return voice.words.count(
        "{kpi} {value}, {period}: 95 % interval {span}, {n} answer.",
        "{kpi} {value}, {period}: 95 % interval {span}, {n} answers.",
        found.n or 0,
        kpi=voice.short_label(reading.kpi),
        value=voice.format.short(voice.kpi(reading).unit, found.value),
        period=period(voice, found),
        span=voice.format.between(voice.kpi(reading).unit, found.low, found.high),
    )


def elsewhere(voice: Voice, count: int, side: str) -> str:
    """How many of the week's subjects are told on the other side."""
    return voice.words.count(
        "{n} more subject on the {side} side.",
        "{n} more subjects on the {side} side.",
        count,
        side=SIDES[side],
    )


def month(voice: Voice, start: date, end: date, key: str) -> str:
    """ "October 2026"."""
    return voice.format.period(Period(start, end, Grain.MONTH, key))


def verbatim(voice: Voice, found: Verbatim) -> str:
    """ "“The export is slow.” (3 times)"."""
    said = voice.words.say("“{text}”", text=found.text)
    if found.count == 1:
        return said
    times = voice.words.count("{n} time", "{n} times", found.count)
    return f"{said} ({times})"


def blocked(voice: Voice, found: Flow) -> str:
    """ "2 items are blocked: KAN-12, KAN-14.", or that none is."""
    items = [item.item for item in found.in_progress if item.blocked]
    if not items:
        return voice.words.say("Nothing is blocked.")
    told = ", ".join(items[:MOST_BLOCKED]) + ("…" if len(items) > MOST_BLOCKED else "")
    return voice.words.count(
        "{n} item is blocked: {items}", "{n} items are blocked: {items}", len(items), items=told
    )


def sprint(voice: Voice, found: CurrentSprint) -> list[str]:
    """The sprint in two lines: what it was for, and how much of it is done."""
    words, tell = voice.words, voice.format
    goal = found.goal or words.say("no goal said")
    state = {True: words.say("goal met"), False: words.say("goal not met"), None: ""}[
        found.goal_met
    ]
    first = words.say(
        "{sprint}, {start} to {end}: {goal}",
        sprint=found.name,
        start=tell.date(found.start, year=False),
        end=tell.date(found.end, year=False),
        goal=f"{goal} ({state})" if state else goal,
    )
    if found.committed is None:
        known = words.say("The commitment is not known: no export within a day of the start.")
    else:
        known = words.say(
            "Committed {committed} points, kept {kept}; added since {added}, removed {removed}.",
            committed=tell.number(found.committed),
            kept=tell.number(found.kept or 0),
            added=tell.number(found.added or 0),
            removed=tell.number(found.removed or 0),
        )
    if found.for_objectives is None:
        served = words.say("Done {done} points.", done=tell.number(found.done))
    else:
        served = words.say(
            "Done {done} points, {served} of them for objectives.",
            done=tell.number(found.done),
            served=tell.number(found.for_objectives),
        )
    return [first, f"{known} {served}"]


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
