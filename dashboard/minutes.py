"""The minutes of a review: what was decided, read back, as text to copy and as a table."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from dashboard import meeting_sentences as told
from dashboard.review_sentences import headline, movement, subject_title
from dashboard.side_sentences import landing
from dashboard.voice import Voice
from metrics.pages.meeting import Agenda
from metrics.pages.review_facts import Review
from metrics.register.decisions import ACTION, DECISION, Decision

#: Runs of spaces and of all that ends a line; not of spaces that hold words together.
BREAKS = re.compile(r"[ \t\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+")
#: What Markdown would read as markup, and HTML as a tag.
MARKUP = re.compile(r"([\\`*_\[\]<>#|])")


def markdown(voice: Voice, facts: Review, agenda: Agenda) -> str:
    """The minutes as Markdown: what people wrote stands letter for letter, never as markup."""
    words = voice.words
    title = words.say("Minutes of the review of {week}", week=voice.format.week(facts.week, True))
    stand = [headline(voice, facts)]
    if facts.landing is not None:
        stand.append(landing(voice, facts.landing))
    parts = [f"# {plain(title)}", plain(" ".join(stand))]
    for heading, lines in (
        (words.say("Decisions"), [told.decided(voice, d) for d in taken(agenda, DECISION)]),
        (words.say("Actions"), [told.decided(voice, d) for d in taken(agenda, ACTION)]),
        (words.say("Closed"), [told.closed(voice, d) for d in agenda.closed]),
        (
            words.say("Subjects"),
            [f"{subject_title(voice, s)} {movement(voice, s.reading)}" for s in facts.subjects],
        ),
        (
            words.say("Said"),
            [told.of(voice, c, told.comment(voice, c)) for c in agenda.comments],
        ),
        (words.say("Not talked about"), [told.muted(voice, m) for m in facts.muted]),
        (words.say("Still due"), [told.promise(voice, p) for p in agenda.due]),
    ):
        if lines:
            parts.append(f"## {plain(heading)}")
            parts.append("\n".join(f"- {plain(line)}" for line in lines))
    if not agenda.taken and not agenda.closed:
        parts.insert(2, plain(words.say("Nothing was decided.")))
    return "\n\n".join(parts) + "\n"


def table(voice: Voice, agenda: Agenda) -> pd.DataFrame:
    """Decisions and actions taken, a row each, columns as keys: the same in every language."""
    return pd.DataFrame(
        [
            {
                "kind": each.kind,
                "what": each.what,
                "why": each.why,
                "kpi": each.kpi,
                "scope_kind": each.scope.kind,
                "scope": voice.name(each.scope),
                "expected": each.expected,
                "towards": each.towards,
                "owner": told.person(voice, each.owner),
                "review_on": each.review_on,
                "status": each.status,
                "decided_at": each.decided_at,
                "decided_by": each.decided_by,
            }
            for each in agenda.taken
        ],
        columns=[
            "kind", "what", "why", "kpi", "scope_kind", "scope", "expected", "towards", "owner",
            "review_on", "status", "decided_at", "decided_by",
        ],
    )  # fmt: skip


def taken(agenda: Agenda, kind: str) -> Iterable[Decision]:
    return [each for each in agenda.taken if each.kind == kind]


def plain(text: str) -> str:
    """`text` on one line, with nothing that Markdown or HTML would read as their own; spaces that
    hold a number to its unit stay."""
    return MARKUP.sub(r"\\\1", BREAKS.sub(" ", text).strip())
