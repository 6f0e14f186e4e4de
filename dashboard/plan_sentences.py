"""What the portfolio says of plans: initiatives with their effect, key results with their pace."""

from __future__ import annotations

from dashboard.sentences import period
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.catalogue.kpi import Unit
from metrics.effect import FELL, ROSE, STEADY, TOO_EARLY, UNTOLD, Effect
from metrics.pages.portfolio import KPIS, KeyResultState, Planned, Portfolio
from metrics.result import Scope

MOSCOW = {
    "must": mark("must have"),
    "should": mark("should have"),
    "could": mark("could have"),
    "wont": mark("not this time"),
}
STATES = {
    "planned": mark("planned"),
    "under_way": mark("under way"),
    "shipped": mark("shipped"),
    "dropped": mark("dropped"),
}
EFFECTS = {
    TOO_EARLY: mark("○ too early to tell"),
    UNTOLD: mark("○ too few figures to tell"),
    STEADY: mark("· no effect seen"),
    ROSE: mark("rose"),
    FELL: mark("fell"),
}
#: Points of progress behind the calendar that are still on pace.
NEAR = 0.10


def periods(voice: Voice, found: Portfolio) -> str:
    """ "MRR: Week 46, 2026 · Contribution margin rate: October 2026": what each figure is of."""
    told: dict[str, list[str]] = {}
    for kpi in (name for name in KPIS if name in voice.catalogue):
        figures = [each.figure(kpi) for each in found.products]
        shown = dict.fromkeys(period(voice, figure) for figure in figures if figure)
        if shown:
            told.setdefault(", ".join(shown), []).append(voice.short_label(kpi))
    return " · ".join(
        voice.words.say("{figures}: {when}", figures=", ".join(labels), when=when)
        for when, labels in told.items()
    )


def moscow(voice: Voice, key: str | None) -> str:
    return voice.words.say(MOSCOW[key]) if key in MOSCOW else key or ""


def state(voice: Voice, key: str) -> str:
    return voice.words.say(STATES[key]) if key in STATES else key


def target(voice: Voice, planned: Planned) -> str:
    """ "Activation +8 %": what it is to move, and by how much."""
    item = planned.initiative
    kpi = item.target_kpi or ""
    name = voice.short_label(kpi) if kpi in voice.catalogue else ""
    return " ".join(part for part in (name, item.expected_effect or "") if part)


def effect(voice: Voice, found: Effect | None) -> str:
    """What the KPI did once it was shipped: "▲ rose", "· no effect seen"."""
    if found is None:
        return ""
    told = voice.words.say(EFFECTS[found.verdict])
    if found.verdict not in (ROSE, FELL):
        return told
    direction = voice.catalogue[found.kpi].direction
    moved = 1 if found.verdict == ROSE else -1
    return f"{'◆' if not direction else '▲' if moved == direction else '▼'} {told}"


def slipped(voice: Voice, days: int) -> str:
    return voice.words.count("{n} day later", "{n} days later", days) if days else ""


def pace(voice: Voice, found: KeyResultState) -> str:
    """A key result's progress set against the calendar, as mark and word."""
    if found.progress is None:
        return "○ " + voice.words.say("no data")
    behind = found.expected - found.progress
    if behind <= 0:
        return "▲ " + voice.words.say("ahead of time gone")
    if behind <= NEAR:
        return "◆ " + voice.words.say("nearly")
    return "▼ " + voice.words.say("behind time gone")


def amount(voice: Voice, found: KeyResultState, value: float | None) -> str:
    """A value of a key result in the unit of the KPI it reads, if any."""
    if value is None:
        return ""
    kpi = found.planned.kpi or ""
    unit = voice.catalogue[kpi].unit if kpi in voice.catalogue else Unit.NUMBER
    return voice.format.short(unit, value)


def result(voice: Voice, found: KeyResultState) -> str:
    """What a key result is about: the KPI that it reads, else its own name."""
    kpi = found.planned.kpi or ""
    return voice.label(kpi) if kpi in voice.catalogue else found.planned.name


def named(voice: Voice, found: KeyResultState) -> str:
    """ "Atelier · NPS: Be recommended", to tell a key result from others."""
    of = Scope("product", found.planned.product) if found.planned.product else Scope("company", "")
    told = f"{voice.name(of)} · {result(voice, found)}"
    if not found.planned.objective:
        return told
    return voice.words.say("{about}: {what}", about=told, what=found.planned.objective)
