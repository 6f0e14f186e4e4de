"""What mapping a file's columns says. Plain text, no screen."""

from __future__ import annotations

from collections.abc import Mapping as Named

from dashboard.glossary import DATASETS
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.importing.looking import SeenColumn
from metrics.importing.report import FileReport
from metrics.importing.vocabulary import fields_of

#: How figures lie in a file.
LAYOUTS = {
    "columns": mark("a column for each figure"),
    "rows": mark("a row for each figure"),
    "periods": mark("a column for each period"),
}
#: Whether figures of two periods may be added.
HOLDS = {
    "": mark("add up over time, such as visits or tickets"),
    "level": mark("hold until the next ones, such as a rate or a backlog"),
}
QUESTIONS = {
    "nps": mark("would recommend it, 0 to 10 (NPS)"),
    "csat": mark("satisfied, 1 to 5 (CSAT)"),
    "ces": mark("found it easy, 1 to 7 (effort)"),
    "pmf": mark("disappointed without it (product-market fit)"),
    "enps": mark("would recommend working here, 0 to 10 (eNPS)"),
    "engagement": mark("engagement, 1 to 5"),
}
UNITS = {
    "count": mark("a number of things"),
    "money": mark("money, in the company's currency"),
    "rate": mark("a rate (0.25 is 25 %)"),
    "score": mark("a score"),
    "number": mark("any other number"),
    "days": mark("days"),
    "hours": mark("hours"),
}
DIRECTIONS = {
    "up": mark("higher is better"),
    "down": mark("lower is better"),
    "none": mark("neither"),
}
CATEGORIES = {
    "todo": mark("to do"),
    "doing": mark("in progress"),
    "done": mark("done"),
    "cancelled": mark("cancelled"),
    "won": mark("won"),
    "lost": mark("lost"),
}


def rows_tell(voice: Voice, dataset: str) -> str:
    """What the rows of a dataset are, as one chooses it."""
    if dataset == "observations":
        return voice.words.say("figures with a date")
    return voice.words.say(DATASETS.get(dataset, dataset))


def field(voice: Voice, dataset: str, name: str) -> str:
    """What a field is called, marked when a row is nothing without it."""
    known = next((each for each in fields_of(dataset) if each.name == name), None)
    if known is None:
        return name.replace("_", " ")
    label = known.label["fr" if voice.words.language == "fr" else "en"]
    return f"{label} *" if known.required else label


def column(seen: SeenColumn | None, header: str) -> str:
    """A header with a few of its values."""
    if seen is None or not seen.examples:
        return header
    return f"{header} · {', '.join(seen.examples)}"


def tried(voice: Voice, report: FileReport) -> str:
    """What became of the sample: "50 rows tried: 48 can be loaded, 2 cannot"."""
    words = voice.words
    rows = report.rows
    whole = words.count("{n} row tried:", "{n} rows tried:", rows.read)
    good = rows.loaded + rows.unchanged
    can = words.count("{n} can be loaded.", "{n} can be loaded.", good)
    if rows.quarantined == 0:
        return f"{whole} {can}"
    cannot = words.count("{n} cannot:", "{n} cannot:", rows.quarantined)
    return f"{whole} {can} {cannot}"


def kept(voice: Voice, label: str, kpis: Named[str, str]) -> str:
    """What was kept: the kind of export, and KPIs by name and label."""
    told = voice.words.say(
        "Kept: files like this one are read as “{label}” from now on.", label=label
    )
    if kpis:
        new = voice.words.count("New KPI: {names}.", "New KPIs: {names}.", len(kpis),
                                names=", ".join(kpis.values()))  # fmt: skip
        told = f"{told} {new}"
    return told
