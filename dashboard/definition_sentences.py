"""A KPI's definition in words: unit, direction, cadence, how it rolls up, what it lives on."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.glossary import DATASETS
from dashboard.sentences import reason, role
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.calendar import Grain
from metrics.catalogue.kpi import Kpi, Status, Unit
from metrics.coverage import alternatives
from metrics.pages.dictionary import Entry
from metrics.result import Figure

UNITS = {
    Unit.COUNT: mark("count"),
    Unit.MONEY: mark("money"),
    Unit.RATE: mark("rate (%)"),
    Unit.SCORE: mark("score"),
    Unit.NUMBER: mark("number"),
    Unit.DAYS: mark("days"),
    Unit.HOURS: mark("hours"),
    Unit.POINTS: mark("percentage points"),
}
BETTER = {1: mark("▲ higher"), -1: mark("▼ lower"), 0: mark("· neither")}
GRAINS = {
    Grain.DAY: mark("day"),
    Grain.WEEK: mark("week"),
    Grain.MONTH: mark("month"),
    Grain.QUARTER: mark("quarter"),
    Grain.SPRINT: mark("sprint"),
    Grain.MTD: mark("month to date"),
    Grain.QTD: mark("quarter to date"),
    Grain.YTD: mark("year to date"),
}
PER = {
    Grain.DAY: mark("per day"),
    Grain.WEEK: mark("per week"),
    Grain.MONTH: mark("per month"),
    Grain.QUARTER: mark("per quarter"),
    Grain.SPRINT: mark("per sprint"),
    Grain.MTD: mark("month to date"),
    Grain.QTD: mark("quarter to date"),
    Grain.YTD: mark("year to date"),
}
#: What a KPI may be looked at by: kinds of scope, and the built-in dimensions.
CUTS = {
    "company": mark("whole company"),
    "line": mark("by line"),
    "product": mark("by product"),
    "squad": mark("by squad"),
    "owner": mark("by role owner"),
    "country": mark("by country"),
    "plan": mark("by plan"),
    "platform": mark("by platform"),
    "channel": mark("by channel"),
    "type": mark("by type"),
    "feature": mark("by feature"),
    "version": mark("by version"),
    "competitor": mark("by competitor"),
    "market": mark("by market"),
    "store": mark("by store"),
    "skill": mark("by skill"),
    "role": mark("by role"),
    "language": mark("by language"),
    "account": mark("by account"),
    "kind": mark("by kind"),
    "source": mark("by source"),
    "theme": mark("by theme"),
}
STATUSES = {Status.CERTIFIED: mark("certified"), Status.DRAFT: mark("draft")}


def unit(voice: Voice, kpi: Kpi) -> str:
    """A unit in a word; money in the company's currency."""
    if kpi.unit is Unit.MONEY:
        return voice.format.currency
    return voice.words.say(UNITS[kpi.unit])


def better(voice: Voice, kpi: Kpi) -> str:
    return voice.words.say(BETTER[kpi.direction])


def grain(voice: Voice, key: Grain) -> str:
    return voice.words.say(GRAINS[key])


def per(voice: Voice, key: Grain) -> str:
    return voice.words.say(PER[key])


def cut(voice: Voice, key: str) -> str:
    """ "by product", "by country"; a company's own dimension by its name."""
    return voice.words.say(CUTS[key]) if key in CUTS else voice.words.say("by {name}", name=key)


def no_such_grain(voice: Voice, kpi: Kpi, asked: Grain, given: Sequence[Grain]) -> str:
    """Why a KPI is not shown in a grain, and in which it is."""
    return voice.words.say(
        "{kpi} has no figures {asked}: adding up or averaging others would be wrong. "
        "It exists {given}.",
        kpi=voice.label(kpi.name),
        asked=per(voice, asked),
        given=", ".join(per(voice, each) for each in given),
    )


def absent(voice: Voice, kpi: Kpi, figure: Figure | None) -> str:
    """Why there is no figure to show, and which data it would be made from."""
    return voice.words.say(
        "No figure to show: {why}. {kpi} is made from: {datasets}.",
        why=reason(voice, figure),
        kpi=voice.label(kpi.name),
        datasets=", ".join(dataset(voice, key) for key in kpi.datasets),
    )


def dataset(voice: Voice, key: str) -> str:
    """ "users or product events" of 'users else events'; a metric of observations by its name."""
    told = []
    for name in alternatives(key):
        table, _, metric = name.partition(":")
        if metric:
            told.append(metric_name(voice, name))
        else:
            told.append(voice.words.say(DATASETS[table]) if table in DATASETS else table)
    return voice.words.say(" or ").join(told)


def metric_name(voice: Voice, key: str) -> str:
    """A metric of observations by the KPI that reads it, with the name that files give it where
    that KPI reads several: "RGAA accessibility (rgaa_criteria_met)"."""
    name = key.partition(":")[2]
    reads = (kpi for kpi in voice.catalogue if any(key in alternatives(e) for e in kpi.datasets))
    kpi = next(reads, None)
    if kpi is None:
        return name
    metrics = [each for entry in kpi.datasets for each in alternatives(entry) if ":" in each]
    label = voice.label(kpi.name)
    return label if len(metrics) == 1 else f"{label} ({name})"


def rows(voice: Voice, entry: Entry) -> list[tuple[str, str]]:
    """What a definition says, line by line: title and text. What is not said is left out."""
    words, kpi = voice.words, entry.kpi
    language, owed = words.language, entry.kpi.governance
    lines = [
        (words.say("Formula"), owed.in_words[language] if owed.in_words else ""),
        (words.say("Decision it serves"), owed.decision[language] if owed.decision else ""),
        (words.say("Edge rule"), owed.edge_rule[language] if owed.edge_rule else ""),
        (words.say("Unit"), unit(voice, kpi)),
        (words.say("Better"), better(voice, kpi)),
        (words.say("Cadence"), cadence(voice, kpi)),
        (words.say("Owner"), role(voice, kpi.owner_role)),
        (words.say("Over time"), entry.rolls_up.time[language]),
        (words.say("Over scopes"), entry.rolls_up.scopes[language]),
        (words.say("Data it needs"), ", ".join(dataset(voice, key) for key in kpi.datasets)),
        (words.say("Brought by"), ", ".join(label[language] for label in entry.exports)),
        (
            words.say("Not imported yet"),
            ", ".join(dataset(voice, key) for key in entry.to_import),
        ),
    ]
    return [(title, text) for title, text in lines if text]


def cadence(voice: Voice, kpi: Kpi) -> str:
    """ "week; also per month, quarter"."""
    own = grain(voice, kpi.cadence)
    others = [grain(voice, each) for each in kpi.grains if each != kpi.cadence]
    if not others:
        return own
    return voice.words.say("{own}; also per {others}", own=own, others=", ".join(others))


def provenance(voice: Voice, kpi: Kpi) -> str:
    """ "mrr · version 1 since 22 Nov 2026 · certified"."""
    owed = kpi.governance
    parts = [kpi.name]
    if owed.since is None:
        parts.append(voice.words.say("version {number}", number=owed.version))
    else:
        day = voice.format.date(owed.since)
        parts.append(voice.words.say("version {number} since {day}", number=owed.version, day=day))
    parts.append(voice.words.say(STATUSES[owed.status]))
    return " · ".join(parts)


def data(voice: Voice, entry: Entry) -> str:
    """Whether a KPI's data have come: "imported", or "○ to import"."""
    if entry.to_import:
        return voice.words.say("○ to import")
    return voice.words.say("imported")
