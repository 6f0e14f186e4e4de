"""What imports say: recognised files, their problems, and how a job ended. Plain text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.glossary import DATASETS
from dashboard.sentences import local
from dashboard.translation import mark
from dashboard.voice import Voice
from metrics.belonging import Owner, Word
from metrics.format import significant
from metrics.importing.header import comparable
from metrics.importing.reasons import explain
from metrics.importing.report import FileReport, FileTotal, Problem
from metrics.importing.vocabulary import fields_of
from metrics.jobs import Outcome
from metrics.organisation import ACCOUNT
from metrics.register.ledger import ImportRecord
from metrics.rhythm import SourceState

OUTCOMES = {
    "done": mark("Loaded. The review shows it now."),
    "unchanged": mark("Nothing changed: all of this was already known."),
    "cancelled": mark("Cancelled. Nothing was changed."),
    "failed": mark("Nothing was changed."),
}
#: How the makers of the tools write their names, and what is no tool.
TOOLS = {
    "accounting": mark("accounting"),
    "aha": "Aha!",
    "amplitude": "Amplitude",
    "azure_devops": "Azure DevOps",
    "deployments": mark("deployment log"),
    "discovery": mark("discoveries"),
    "fec": "FEC",
    "feedback": mark("feedback"),
    "github": "GitHub",
    "gitlab": "GitLab",
    "google_ads": "Google Ads",
    "google_analytics": "Google Analytics",
    "google_play": "Google Play",
    "google_trends": "Google Trends",
    "hubspot": "HubSpot",
    "identities": mark("identities"),
    "jira": "Jira",
    "linear": "Linear",
    "market": mark("market study"),
    "mixpanel": "Mixpanel",
    "notion": "Notion",
    "observations": mark("file"),
    "odoo": "Odoo",
    "okr": mark("objectives' file"),
    "organisation": mark("organisation"),
    "pipedrive": "Pipedrive",
    "posthog": "PostHog",
    "productboard": "Productboard",
    "qualifying_usage": mark("qualifying usage"),
    "rates": mark("exchange rates"),
    "ratings": mark("ratings"),
    "rice": "RICE",
    "roadmap": mark("roadmap"),
    "salesforce": "Salesforce",
    "search_console": "Search Console",
    "semrush": "Semrush",
    "skills": mark("skills"),
    "sprints": mark("sprints"),
    "statcounter": "StatCounter",
    "stripe": "Stripe",
    "survey": mark("survey"),
    "trello": "Trello",
    "users": mark("list of users"),
    "zendesk": "Zendesk",
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


def tool(voice: Voice, key: str) -> str:
    return voice.words.say(TOOLS[key]) if key in TOOLS else key.replace("_", " ")


def dataset(voice: Voice, key: str) -> str:
    return voice.words.say(DATASETS.get(key, key))


#: KPIs that a file feeds, named before the others are counted.
KPIS_NAMED = 5
#: Words that wait for an answer, named before the others are counted.
WORDS_NAMED = 3


def landed_column(voice: Voice, dataset_key: str, name: str) -> str:
    """What people call a column of landed rows."""
    labels = {each.name: each.label for each in fields_of(dataset_key)}
    stripped = (name.removesuffix("_day"), name.removesuffix("_at"), name.removeprefix("has_"))
    for known in (name, *stripped, f"{name}_day"):
        if known in labels:
            label = labels[known]["fr" if voice.words.language == "fr" else "en"]
            moment = name.endswith("_day") and f"{known}_day" == name
            return voice.words.say("{field} (day)", field=label) if moment else label
    if name == "day":
        return voice.words.say("Day")
    return name.replace("_", " ")


#: How often a source sends files.
RHYTHMS = {
    "daily": mark("daily"),
    "weekly": mark("weekly"),
    "monthly": mark("monthly"),
    "quarterly": mark("quarterly"),
    "once": mark("when it changes"),
    "irregular": mark("no rhythm yet"),
}


def seen(voice: Voice, state: SourceState) -> str:
    """ "12 days ago"."""
    if state.days_ago == 0:
        return voice.words.say("today")
    return voice.words.count("{n} day ago", "{n} days ago", state.days_ago)


def rhythm(voice: Voice, state: SourceState) -> str:
    """ "Jira · work items: expected weekly, last seen 12 days ago"."""
    return voice.words.say(
        "{tool} · {what}: expected {rhythm}, last seen {ago}.",
        tool=tool(voice, state.tool),
        what=dataset(voice, state.dataset),
        rhythm=voice.words.say(RHYTHMS[state.expected]),
        ago=seen(voice, state),
    )


def word_asked(voice: Voice, word: Word) -> str:
    """ "Jira · ATE (412 rows)"."""
    if word.kinds == (ACCOUNT,):
        customers = voice.words.count("{n} customer", "{n} customers", word.rows)
        return voice.words.say(
            "{tool}: are these accounts of {other}? ({customers})",
            tool=tool(voice, word.source), other=tool(voice, word.word), customers=customers,
        )  # fmt: skip
    if word.datasets == ("observations",):  # a row of such a file holds several
        rows = voice.words.count("{n} figure", "{n} figures", word.rows)
    else:
        rows = voice.words.count("{n} row", "{n} rows", word.rows)
    return f"{tool(voice, word.source)} · {word.word} ({rows})"


def of_accounts(voice: Voice, owner: Owner | None) -> str:
    """Whether two tools mean the same accounts, as someone may say."""
    if owner is None:
        return voice.words.say("not the same accounts")
    return voice.words.say("the same accounts")


def word(voice: Voice, found: Word) -> str:
    """ "Jira · ATE → Atelier"."""
    if found.kinds == (ACCOUNT,):
        other = tool(voice, found.word)
        return f"{tool(voice, found.source)} · {other} → {of_accounts(voice, found.owner)}"
    owner = found.owner.name if found.owner else voice.words.say("none of ours")
    return f"{tool(voice, found.source)} · {found.word} → {owner}"


def recognised(voice: Voice, report: FileReport) -> str:
    """ "Jira, 97 % sure: can be loaded"."""
    status = voice.words.say(FILE_STATUSES.get(report.status, report.status))
    if not report.tool:
        return status
    return voice.words.say(
        "{tool}, {confidence} sure: {status}",
        tool=tool(voice, report.tool),
        confidence=voice.format.percent(report.confidence),
        status=status,
    )


def total(voice: Voice, found: FileTotal) -> str:
    """What the rows of a column add up to, beside the file's own total."""
    words = voice.words
    rows, file = voice.format.number(found.rows), voice.format.number(found.file)
    if found.agrees:
        return words.say("{column}: the rows add up to {rows}, as the file's own total says.",
                         column=found.column, rows=rows)  # fmt: skip
    return words.say(
        "{column}: the rows add up to {rows}; the file's own total is {file}.",
        column=found.column,
        rows=rows,
        file=file,
    )


def apart(voice: Voice, found: FileTotal) -> str:
    """How far a file's own total and its rows are apart: "the same", "24 more here (2 %)"."""
    words = voice.words
    if found.rows == found.file:
        return words.say("the same")
    if found.agrees:
        return words.say("the same but for rounding")
    less = found.rows < found.file
    amount = voice.format.number(significant(abs(found.rows - found.file)))
    told = (
        words.say("{amount} less here", amount=amount)
        if less
        else words.say("{amount} more here", amount=amount)
    )
    if not found.file:
        return told
    share = voice.format.percent(abs(found.rows / found.file - 1))
    return f"{told} ({share})"


def span(voice: Voice, period: tuple[date, date] | None) -> str:
    if period is None:
        return ""
    first, last = (voice.format.date(day) for day in period)
    return first if first == last else f"{first} – {last}"


def becomes(voice: Voice, report: FileReport) -> str:
    """What the file holds, over which days, whose it is, and the KPIs it feeds."""
    words = voice.words
    parts = [words.say("Holds {what}.", what=dataset(voice, report.dataset))]
    if report.period:
        parts.append(words.say("Period: {period}.", period=span(voice, report.period)))
    if report.kpis:
        known = [voice.label(kpi) for kpi in report.kpis if kpi in voice.catalogue]
        named = ", ".join(known[:KPIS_NAMED])
        rest = len(known) - KPIS_NAMED
        if rest > 0:
            named = f"{named}, {words.count('and {n} more', 'and {n} more', rest)}"
        parts.append(words.say("Feeds {kpis}.", kpis=named))
    return " ".join(parts)


def lacking(voice: Voice, dataset_key: str, found: Sequence[Problem]) -> str:
    """The columns that a file lacks, by what they hold."""
    named = (
        f"{label} ({problem.column})"
        if comparable(label := landed_column(voice, dataset_key, problem.details["field"]))
        != comparable(problem.column)
        else label
        for problem in found
    )
    return voice.words.say(
        "The file lacks these columns: {columns}. What reads them stays empty; add them to the "
        "export to see it.",
        columns=", ".join(named),
    )


def problem(voice: Voice, found: Problem) -> str:
    """One problem in plain words, with the line where it begins and the number of rows."""
    words = voice.words
    parts = [explain(found, words.language)]
    if found.rows and found.severity == "quarantined":  # of others the words say how many
        parts.append(words.count("{n} row.", "{n} rows.", found.rows))
    if found.line is not None:
        parts.append(words.say("First at line {line}.", line=found.line))
    return " ".join(parts)


def outcome(voice: Voice, found: Outcome, kind: str) -> str:
    if kind == "undo" and found.status == "done":
        return voice.words.say("Taken back. The review is as if it had never been imported.")
    if kind == "names" and found.status == "done":
        return voice.words.say("The names are kept, and the figures follow them now.")
    told = [voice.words.say(OUTCOMES[found.status])]
    if found.problem:
        told.append(found.problem)
    if found.choices:
        told.append(voice.words.say("Valid choices: {choices}.", choices=", ".join(found.choices)))
    if found.next_step:
        told.append(found.next_step)
    return " ".join(told)


def loaded(voice: Voice, report: FileReport) -> str:
    """One file's part of an outcome: "12,400 rows loaded, 3 set aside"."""
    words = voice.words
    if report.status == "refused":
        return words.say("refused")
    if report.status == "unchanged":
        return words.say("already loaded, nothing to change")
    told = words.say("{n} rows loaded", n=voice.format.number(report.rows.loaded))
    if report.rows.quarantined:
        aside = voice.format.number(report.rows.quarantined)
        told = words.say("{told}, {n} set aside", told=told, n=aside)
    if waiting := [word for word in report.unknown_streams if word]:
        named = ", ".join(waiting[:WORDS_NAMED])
        if (more := len(waiting) - WORDS_NAMED) > 0:
            named = words.count("{named} and {n} more", "{named} and {n} more", more, named=named)
        told = words.say("{told}; no page shows them until you say whose these are: {names}",
                         told=told, names=named)  # fmt: skip
    if nobodys := sum(each.rows for each in report.problems if each.reason == "no_stream"):
        told = words.say(
            "{told}; no page shows {n} of them, for the file does not say whose they are: undo it, "
            "name the product or squad before you load it, and load it again",
            told=told,
            n=voice.format.number(min(nobodys, report.rows.loaded)),
        )
    return told


def import_status(voice: Voice, record: ImportRecord) -> str:
    """ "applied", or who took it back and when."""
    if record.status != "undone" or record.undone_at is None:
        return voice.words.say("counts")
    return voice.words.say(
        "undone by {who}, {when}",
        who=record.undone_by or "",
        when=voice.format.moment(local(voice, record.undone_at)),
    )
